/// The library's solvers of the linear-quadratic subproblem, with a check before each factorisation. In version 0.19.1 a
/// NaN at the last pivot of a factorisation makes it write past the end of its arrays.
#pragma once

#include "common.hpp"

#include <aligator/core/enums.hpp>
#include <aligator/gar/lqr-problem.hpp>
#include <aligator/gar/riccati-base.hpp>
#include <aligator/solvers/proxddp/solver-proxddp.hpp>

namespace aligator::python {

/// The solver of this kind. Its backward() raises RuntimeError where numbers are not finite, or so large that products of
/// them would not be. nullptr if the library is to make this kind.
std::unique_ptr<gar::RiccatiSolverBase<Scalar>> make_checked_riccati(LQSolverChoice choice,
                                                                     const gar::LqrProblemTpl<Scalar> &problem);

} // namespace aligator::python
