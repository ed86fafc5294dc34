#pragma once

#include "solver.hpp"

#include <aligator/solvers/proxddp/solver-proxddp.hpp>

namespace aligator::python {

using SolverProxDDP = GuardedSolver<context::SolverProxDDP>;

void detach_arrays(SolverProxDDP &solver);
void allocate(SolverProxDDP &solver, const TrajOptProblem &problem);

} // namespace aligator::python
