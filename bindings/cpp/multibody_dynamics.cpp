#include "checks.hpp"
#include "module.hpp"
#include "pinocchio_residuals.hpp"
#include "polymorphic.hpp"

#include <aligator/modelling/dynamics/multibody-free-fwd.hpp>
#include <aligator/modelling/spaces/multibody.hpp>

namespace aligator::python {

void bind_multibody_dynamics(nb::module_ &m) {
  using PhaseSpace = context::MultibodyPhaseSpace;

  using Free = dynamics::MultibodyFreeFwdDynamicsTpl<Scalar>;
  nb::class_<Free, ODE> free(m, "MultibodyFreeFwdDynamics",
                             "Forward dynamics of a multibody system without contacts, with joint forces "
                             "actuation_matrix u (N or N m).");
  free.def("__init__", [](Free *self, const PhaseSpace &space) { new (self) Free(space); }, "space"_a,
           "With u the joint forces themselves: nu = model.nv.")
      .def("__init__",
           [](Free *self, const PhaseSpace &space, const MatrixArg &actuation_matrix) {
             new (self) Free(space, actuation_matrix.as("actuation_matrix", space.getModel().nv));
           },
           "space"_a, "actuation_matrix"_a, "actuation_matrix: (model.nv, nu).")
      .def_prop_ro("ntau", &Free::ntau, "Dimension of the joint forces: model.nv.")
      .def_prop_ro("isUnderactuated", &Free::isUnderactuated, "Whether the rank of the actuation matrix is below model.nv.")
      .def_prop_ro("actuationMatrixRank", &Free::getActuationMatrixRank, "Rank of the actuation matrix.")
      .def_prop_ro("space", [](const Free &f) -> const PhaseSpace & { return f.space_; },
                   nb::rv_policy::reference_internal, "The state space.");
  // Constant: its rank is computed when the model is made.
  def_constant<Free>(free, "actuation_matrix", [](const Free &f) -> auto & { return f.actuation_matrix_; },
                     "(model.nv, nu).");
  register_model<Free, ODE, ContinuousDynamics>();

  using FreeData = dynamics::MultibodyFreeFwdDataTpl<Scalar>;
  nb::class_<FreeData, ContinuousDynamicsData> data(m, "MultibodyFreeFwdData", "Data of MultibodyFreeFwdDynamics.");
  def_array<FreeData>(data, "tau", [](FreeData &d) -> VectorXs & { return d.tau_; }, "Joint forces, (nv,).");
  def_array<FreeData>(data, "dtau_dx", [](FreeData &d) -> MatrixXs & { return d.dtau_dx_; }, "(nv, ndx).");
  def_array<FreeData>(data, "dtau_du", [](FreeData &d) -> MatrixXs & { return d.dtau_du_; }, "(nv, nu).");
  def_pin_data<FreeData>(data);
}

} // namespace aligator::python
