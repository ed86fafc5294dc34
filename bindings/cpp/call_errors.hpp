#pragma once

#include "common.hpp"

namespace aligator::python {

/// Have all functions of the module, its submodules and its classes name the argument that fits no signature.
void explain_call_errors(nb::module_ &m);

} // namespace aligator::python
