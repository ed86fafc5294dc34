#pragma once

#include "solver.hpp"

#include <aligator/solvers/fddp/solver-fddp.hpp>

namespace aligator::python {

using SolverFDDP = GuardedSolver<context::SolverFDDP>;

void detach_arrays(SolverFDDP &solver);
void allocate(SolverFDDP &solver, const TrajOptProblem &problem);

} // namespace aligator::python
