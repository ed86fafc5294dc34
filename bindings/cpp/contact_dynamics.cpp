#include "checks.hpp"
#include "constraint_vectors.hpp"
#include "module.hpp"
#include "pinocchio_residuals.hpp"
#include "sequences.hpp"

#include <aligator/modelling/dynamics/kinodynamics-fwd.hpp>
#include <aligator/modelling/dynamics/multibody-constraint-fwd.hpp>
#include <aligator/modelling/spaces/multibody.hpp>
#include <nanobind/stl/vector.h>

namespace aligator::python {

void bind_contact_dynamics(nb::module_ &m) {
  using PhaseSpace = context::MultibodyPhaseSpace;

  using Constrained = dynamics::MultibodyConstraintFwdDynamicsTpl<Scalar>;
  nb::class_<Constrained, ODE> constrained(m, "MultibodyConstraintFwdDynamics",
                                           "Forward dynamics of a multibody system with contacts, with joint forces "
                                           "actuation_matrix u (N or N m).");
  constrained
      .def("__init__",
           [](Constrained *self, const PhaseSpace &space, const MatrixArg &actuation_matrix,
              const context::RCMVector &constraint_models, const pinocchio::ProximalSettings &prox_settings) {
             new (self) Constrained(space, actuation_matrix.as("actuation_matrix", space.getModel().nv),
                                    constraint_models, prox_settings);
           },
           "space"_a, "actuation_matrix"_a, "constraint_models"_a, "prox_settings"_a, "actuation_matrix: (model.nv, nu).")
      .def_prop_ro("ntau", &Constrained::ntau, "Dimension of the joint forces: model.nv.")
      .def_prop_ro("space", [](const Constrained &f) -> const PhaseSpace & { return f.space_; },
                   nb::rv_policy::reference_internal, "The state space.");
  register_model<Constrained, ODE, ContinuousDynamics>();

  using ConstrainedData = dynamics::MultibodyConstraintFwdDataTpl<Scalar>;
  def_constraint_models<Constrained>(constrained);
  check_constraint_numbers<ContinuousDynamics, ContinuousDynamicsData, Constrained, ConstrainedData>();
  nb::class_<ConstrainedData, ContinuousDynamicsData> data(m, "MultibodyConstraintFwdData",
                                                           "Data of MultibodyConstraintFwdDynamics.");
  def_array<ConstrainedData>(data, "tau", [](ConstrainedData &d) -> VectorXs & { return d.tau_; }, "Joint forces, (nv,).");
  def_array<ConstrainedData>(data, "dtau_dx", [](ConstrainedData &d) -> MatrixXs & { return d.dtau_dx_; }, "(nv, ndx).");
  def_array<ConstrainedData>(data, "dtau_du", [](ConstrainedData &d) -> MatrixXs & { return d.dtau_du_; }, "(nv, nu).");
  def_constraint_datas<ConstrainedData>(data);
  def_pin_data<ConstrainedData>(data);

  using Kino = dynamics::KinodynamicsFwdDynamicsTpl<Scalar>;
  nb::class_<Kino, ODE>(m, "KinodynamicsFwdDynamics",
                        "Centroidal dynamics and kinematics: u = (contact forces, joint accelerations).")
      .def("__init__",
           [](Kino *self, const PhaseSpace &space, const context::PinModel &model, const VectorArg &gravity,
              const std::vector<bool> &contact_states, const std::vector<pinocchio::FrameIndex> &contact_ids,
              int force_size) {
             check_equal(model.nv, space.getModel().nv, "model.nv (expected that of the space)");
             if (model.nv < 6)
               raise_value_error("model: expected a floating base (nv >= 6), got nv = {}", model.nv);
             check_equal(long(contact_states.size()), long(contact_ids.size()),
                         "contact_states: number (expected that of contact_ids)");
             for (const auto id : contact_ids)
               frame_arg(model, long(id), "contact_ids");
             if (force_size != 3 && force_size != 6)
               raise_value_error("force_size: expected 3 or 6, got {}", force_size);
             new (self) Kino(space, model, gravity.as("gravity", 3), contact_states, contact_ids, force_size);
           },
           "space"_a, "model"_a, "gravity"_a, "contact_states"_a, "contact_ids"_a, "force_size"_a)
      .def_prop_rw(
          "contact_states",
          [](nb::pointer_and_handle<Kino> f) { return values<StdVec_bool>(f.h, f.p->contact_states_); },
          [](Kino &f, const std::vector<bool> &states) {
            check_equal(long(states.size()), long(f.contact_ids_.size()), "contact_states: number");
            f.contact_states_ = states;
          },
          "Which contacts are active.");
  register_model<Kino, ODE, ContinuousDynamics>();
  using KinoData = dynamics::KinodynamicsFwdDataTpl<Scalar>;
  nb::class_<KinoData, ContinuousDynamicsData> kino_data(m, "KinodynamicsFwdData", "Data of KinodynamicsFwdDynamics.");
  def_pin_data<KinoData>(kino_data);
}

} // namespace aligator::python
