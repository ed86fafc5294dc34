#include "module.hpp"

#include <aligator/core/enums.hpp>
#include <aligator/solvers/proxddp/solver-proxddp.hpp>

namespace aligator::python {

namespace {

/// Members are integers, as those of Boost.Python.
template <class Enum> nb::enum_<Enum> enumeration(nb::module_ &m, const char *name, const char *doc) {
  return nb::enum_<Enum>(m, name, nb::is_arithmetic(), doc);
}

/// Dictionaries of the members, by name and by number.
void add_dictionaries(nb::module_ &m, const char *name) {
  nb::dict names, values;
  for (nb::handle member : m.attr(name)) {
    names[member.attr("name")] = member;
    values[nb::int_(member)] = member;
  }
  m.attr(name).attr("names") = names;
  m.attr(name).attr("values") = values;
}

} // namespace

void bind_enums(nb::module_ &m) {
  enumeration<VerboseLevel>(m, "VerboseLevel", "How much a solver prints.")
      .value("QUIET", VerboseLevel::QUIET)
      .value("VERBOSE", VerboseLevel::VERBOSE)
      .value("VERYVERBOSE", VerboseLevel::VERYVERBOSE)
      .export_values();
  enumeration<MultiplierUpdateMode>(m, "MultiplierUpdateMode", "Kind of multiplier update.")
      .value("NEWTON", MultiplierUpdateMode::NEWTON)
      .value("PRIMAL", MultiplierUpdateMode::PRIMAL)
      .value("PRIMAL_DUAL", MultiplierUpdateMode::PRIMAL_DUAL);
  enumeration<LinesearchMode>(m, "LinesearchMode", "Merit function of the line search.")
      .value("PRIMAL", LinesearchMode::PRIMAL)
      .value("PRIMAL_DUAL", LinesearchMode::PRIMAL_DUAL);
  enumeration<RolloutType>(m, "RolloutType", "How a step is turned into a trajectory.")
      .value("ROLLOUT_LINEAR", RolloutType::LINEAR)
      .value("ROLLOUT_NONLINEAR", RolloutType::NONLINEAR)
      .export_values();
  enumeration<HessianApprox>(m, "HessianApprox", "Approximation of the Hessian of the Lagrangian.")
      .value("HESSIAN_EXACT", HessianApprox::EXACT)
      .value("HESSIAN_GAUSS_NEWTON", HessianApprox::GAUSS_NEWTON)
      .value("HESSIAN_BFGS", HessianApprox::BFGS)
      .export_values();
  enumeration<StepAcceptanceStrategy>(m, "StepAcceptanceStrategy", "How the length of a step is chosen.")
      .value("SA_LINESEARCH_ARMIJO", StepAcceptanceStrategy::LINESEARCH_ARMIJO)
      .value("SA_LINESEARCH_NONMONOTONE", StepAcceptanceStrategy::LINESEARCH_NONMONOTONE)
      .value("SA_FILTER", StepAcceptanceStrategy::FILTER)
      .export_values();
  enumeration<LQSolverChoice>(m, "LQSolverChoice", "Solver of the linear-quadratic subproblem.")
      .value("LQ_SOLVER_SERIAL", LQSolverChoice::SERIAL)
      .value("LQ_SOLVER_PARALLEL", LQSolverChoice::PARALLEL)
      .value("LQ_SOLVER_STAGEDENSE", LQSolverChoice::STAGEDENSE)
      .export_values();
  enumeration<LSInterpolation>(m, "LSInterpolation", "Interpolation scheme of the line search.")
      .value("BISECTION", LSInterpolation::BISECTION)
      .value("QUADRATIC", LSInterpolation::QUADRATIC)
      .value("CUBIC", LSInterpolation::CUBIC);
  for (const char *name : {"VerboseLevel", "MultiplierUpdateMode", "LinesearchMode", "RolloutType", "HessianApprox",
                           "StepAcceptanceStrategy", "LQSolverChoice", "LSInterpolation"})
    add_dictionaries(m, name);
}

} // namespace aligator::python
