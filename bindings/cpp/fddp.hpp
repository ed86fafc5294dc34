#pragma once

#include "solver.hpp"

#include <aligator/solvers/fddp/solver-fddp.hpp>

namespace aligator::python {

using SolverFDDP = GuardedSolver<context::SolverFDDP>;

} // namespace aligator::python
