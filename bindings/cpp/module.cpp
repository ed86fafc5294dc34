#include "call_errors.hpp"
#include "module.hpp"
#include "shared_tables.hpp"

#include <aligator/config.hpp>

NB_MODULE(_aligator, m) {
  using namespace aligator::python;

  // Python models may well be in reference cycles that go through C++, which is no reason to worry users at exit.
  nanobind::set_leak_warnings(false);

  m.attr("__version__") = ALIGATOR_VERSION;
  m.def("has_pinocchio_features", [] { return true; }, "Whether models from Pinocchio can be used (always).");

  nb::module_ manifolds = m.def_submodule("manifolds", "State spaces: vector spaces, Lie groups, multibody systems.");
  nb::module_ constraints = m.def_submodule("constraints", "Sets that constraint functions must lie in.");
  nb::module_ dynamics = m.def_submodule("dynamics", "Continuous dynamics, integrators, discrete dynamics.");

  bind_enums(m);
  bind_sequences(m);
  bind_spaces(manifolds);
  bind_multibody_spaces(manifolds);
  bind_functions(m);
  bind_residuals(m);
  bind_function_expressions(m);
  bind_frame_residuals(m);
  bind_center_of_mass(m);
  bind_contact_residuals(m);
  bind_costs(m);
  bind_composite_costs(m);
  bind_cost_stack(m);
  bind_constraints(m, constraints);
  bind_dynamics(m, dynamics);
  bind_integrators(m, dynamics);
  bind_implicit_dynamics(m, dynamics);
  bind_multibody_dynamics(dynamics);
  bind_contact_dynamics(dynamics);
  bind_centroidal(m, dynamics);
  bind_direct_sums(m, dynamics);
  bind_finite_differences(m);
  bind_stage(m);
  bind_problem(m);
  bind_rollout(m);
  bind_solver_parts(m);
  bind_proxddp(m);
  bind_fddp(m);
  bind_callbacks(m);

  nb::module_ extras = m.def_submodule("extras", "Not part of the official module: what needs the speed of C++.");
  bind_extras(extras);
  bind_feedback_gains(extras);
  bind_first_order(extras);
  bind_cost_targets(extras);
  bind_control_laws(extras);
  explain_call_errors(m);
  share_tables(m);
}
