/// One function per file of bindings. Base classes must be bound before the classes derived from them.
#pragma once

#include "common.hpp"

namespace aligator::python {

void bind_enums(nb::module_ &m);
void bind_sequences(nb::module_ &m);
void bind_spaces(nb::module_ &manifolds);
void bind_multibody_spaces(nb::module_ &manifolds);
void bind_functions(nb::module_ &m);
void bind_residuals(nb::module_ &m);
void bind_frame_residuals(nb::module_ &m);
void bind_costs(nb::module_ &m);
void bind_composite_costs(nb::module_ &m);
void bind_cost_stack(nb::module_ &m);
void bind_constraints(nb::module_ &m, nb::module_ &constraints);
void bind_dynamics(nb::module_ &m, nb::module_ &dynamics);
void bind_integrators(nb::module_ &m, nb::module_ &dynamics);
void bind_implicit_dynamics(nb::module_ &m, nb::module_ &dynamics);
void bind_multibody_dynamics(nb::module_ &dynamics);
void bind_function_expressions(nb::module_ &m);
void bind_center_of_mass(nb::module_ &m);
void bind_contact_residuals(nb::module_ &m);
void bind_centroidal(nb::module_ &m, nb::module_ &dynamics);
void bind_direct_sums(nb::module_ &m, nb::module_ &dynamics);
void bind_finite_differences(nb::module_ &m);
void bind_contact_dynamics(nb::module_ &dynamics);
void bind_fddp(nb::module_ &m);
void bind_stage(nb::module_ &m);
void bind_problem(nb::module_ &m);
void bind_rollout(nb::module_ &m);
void bind_callbacks(nb::module_ &m);
void bind_solver_parts(nb::module_ &m);
void bind_proxddp(nb::module_ &m);
void bind_extras(nb::module_ &extras);
void bind_feedback_gains(nb::module_ &extras);
void bind_first_order(nb::module_ &extras);
void bind_cost_targets(nb::module_ &extras);
void bind_control_laws(nb::module_ &extras);

} // namespace aligator::python
