// The instruction sets that the kernels were built for, and the choice at run time.
#pragma once

#include <string>
#include <vector>

#include "kernels.h"

namespace sobolev {

// Built and supported by this processor, fastest first.
const std::vector<const Kernels *> &instruction_sets();

// By name; empty: the fastest. Throws std::invalid_argument where it is not available.
const Kernels &kernels_for(const std::string &name);

} // namespace sobolev
