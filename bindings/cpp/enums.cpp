#include "module.hpp"

#include <aligator/core/enums.hpp>
#include <aligator/solvers/proxddp/solver-proxddp.hpp>

namespace aligator::python {

void bind_enums(nb::module_ &m) {
  nb::enum_<VerboseLevel>(m, "VerboseLevel", nb::is_arithmetic(), "How much a solver prints.")
      .value("QUIET", VerboseLevel::QUIET)
      .value("VERBOSE", VerboseLevel::VERBOSE)
      .value("VERYVERBOSE", VerboseLevel::VERYVERBOSE)
      .export_values();
  nb::enum_<MultiplierUpdateMode>(m, "MultiplierUpdateMode", "Kind of multiplier update.")
      .value("NEWTON", MultiplierUpdateMode::NEWTON)
      .value("PRIMAL", MultiplierUpdateMode::PRIMAL)
      .value("PRIMAL_DUAL", MultiplierUpdateMode::PRIMAL_DUAL);
  nb::enum_<LinesearchMode>(m, "LinesearchMode", "Merit function of the line search.")
      .value("PRIMAL", LinesearchMode::PRIMAL)
      .value("PRIMAL_DUAL", LinesearchMode::PRIMAL_DUAL);
  nb::enum_<RolloutType>(m, "RolloutType", "How a step is turned into a trajectory.")
      .value("ROLLOUT_LINEAR", RolloutType::LINEAR)
      .value("ROLLOUT_NONLINEAR", RolloutType::NONLINEAR)
      .export_values();
  nb::enum_<HessianApprox>(m, "HessianApprox", "Approximation of the Hessian of the Lagrangian.")
      .value("HESSIAN_EXACT", HessianApprox::EXACT)
      .value("HESSIAN_GAUSS_NEWTON", HessianApprox::GAUSS_NEWTON)
      .value("HESSIAN_BFGS", HessianApprox::BFGS)
      .export_values();
  nb::enum_<StepAcceptanceStrategy>(m, "StepAcceptanceStrategy", "How the length of a step is chosen.")
      .value("SA_LINESEARCH_ARMIJO", StepAcceptanceStrategy::LINESEARCH_ARMIJO)
      .value("SA_LINESEARCH_NONMONOTONE", StepAcceptanceStrategy::LINESEARCH_NONMONOTONE)
      .value("SA_FILTER", StepAcceptanceStrategy::FILTER)
      .export_values();
  nb::enum_<LQSolverChoice>(m, "LQSolverChoice", "Solver of the linear-quadratic subproblem.")
      .value("LQ_SOLVER_SERIAL", LQSolverChoice::SERIAL)
      .value("LQ_SOLVER_PARALLEL", LQSolverChoice::PARALLEL)
      .value("LQ_SOLVER_STAGEDENSE", LQSolverChoice::STAGEDENSE)
      .export_values();
  nb::enum_<LSInterpolation>(m, "LSInterpolation", "Interpolation scheme of the line search.")
      .value("BISECTION", LSInterpolation::BISECTION)
      .value("QUADRATIC", LSInterpolation::QUADRATIC)
      .value("CUBIC", LSInterpolation::CUBIC);
}

} // namespace aligator::python
