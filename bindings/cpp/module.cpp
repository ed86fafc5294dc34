#include "module.hpp"

#include <aligator/config.hpp>

NB_MODULE(_aligator, m) {
  using namespace aligator::python;

  m.attr("__version__") = ALIGATOR_VERSION;
  m.def("has_pinocchio_features", [] { return true; }, "Whether models from Pinocchio can be used (always).");

  nb::module_ manifolds = m.def_submodule("manifolds", "State spaces: vector spaces, Lie groups, multibody systems.");
  nb::module_ constraints = m.def_submodule("constraints", "Sets that constraint functions must lie in.");
  nb::module_ dynamics = m.def_submodule("dynamics", "Continuous dynamics, integrators, discrete dynamics.");

  bind_enums(m);
  bind_spaces(manifolds);
  bind_multibody_spaces(manifolds);
  bind_functions(m);
  bind_residuals(m);
  bind_frame_residuals(m);
  bind_costs(m);
  bind_composite_costs(m);
  bind_cost_stack(m);
  bind_constraints(m, constraints);
  bind_dynamics(m, dynamics);
  bind_integrators(m, dynamics);
  bind_multibody_dynamics(dynamics);
  bind_stage(m);
  bind_problem(m);
  bind_rollout(m);
  bind_callbacks(m);
  bind_solver_parts(m);
  bind_proxddp(m);
}
