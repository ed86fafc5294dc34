#pragma once

#include "solver.hpp"

#include <aligator/solvers/proxddp/solver-proxddp.hpp>

namespace aligator::python {

using SolverProxDDP = GuardedSolver<context::SolverProxDDP>;

} // namespace aligator::python
