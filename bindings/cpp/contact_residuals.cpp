#include "constraint_vectors.hpp"
#include "module.hpp"
#include "pinocchio_residuals.hpp"

#include <aligator/modelling/multibody/constrained-rnea.hpp>
#include <aligator/modelling/multibody/contact-force.hpp>
#include <aligator/modelling/multibody/multibody-friction-cone.hpp>
#include <aligator/modelling/multibody/multibody-wrench-cone.hpp>

namespace aligator::python {

namespace {

template <class Residual, class Data, class Class> void def_contact(Class &cls) {
  def_constraint_models<Residual>(cls);
  check_constraint_numbers<StageFunction, StageFunctionData, Residual, Data>();
  def_pin_model<Residual>(cls);
  register_pinocchio_residual<Residual, StageFunction>(true);
}

template <class Data> void bind_contact_data(nb::module_ &m, const char *name) {
  nb::class_<Data, StageFunctionData> cls(m, name, "Data of the residual of the same name.");
  def_pin_data<Data>(cls);
  def_array<Data>(cls, "tau", [](Data &d) -> VectorXs & { return d.tau_; }, "Joint forces, (nv,).");
  def_constraint_datas<Data>(cls);
}

/// The library's own function solves with a Jacobian that is only partly initialised (0.19.1), and its forces are
/// unbounded where contacts are redundant; of those that do not accelerate the robot, these are the smallest.
nb::object constrained_inverse_dynamics(const PinModel &model, context::PinData &data, const VectorArg &q,
                                        const VectorArg &v, const MatrixArg &actMatrix,
                                        const context::RCMVector &constraint_model,
                                        context::RCDVector &constraint_data) {
  const VectorXs qv = q.as("q", model.nq), vv = v.as("v", model.nv);
  const MatrixXs actuation = actMatrix.as("actMatrix", model.nv);
  check_equal(data.nle.size(), model.nv, "data: made for a model with nv");
  check_equal(long(constraint_data.size()), long(constraint_model.size()), "constraint_data: number");
  const auto nu = actuation.cols();
  const int rows = details::computeRigidConstraintsTotalSize(constraint_model, constraint_data);

  pinocchio::computeAllTerms(model, data, qv, vv);
  for (size_t i = 0; i < constraint_model.size(); ++i)
    constraint_model[i].calc(model, data, constraint_data[i]);
  MatrixXs jacobian = MatrixXs::Zero(rows, model.nv);
  pinocchio::getConstraintsJacobian(model, data, constraint_model, constraint_data, jacobian);
  MatrixXs forces(model.nv, nu + rows);
  forces << actuation, -jacobian.transpose();
  Eigen::CompleteOrthogonalDecomposition<MatrixXs> decomposition(forces.rows(), forces.cols());
  decomposition.setThreshold(1e-10); // Jacobians are exact to about 1e-14
  const VectorXs solution = decomposition.compute(forces).solve(data.nle);
  return nb::make_tuple(VectorXs(solution.head(nu)), VectorXs(solution.tail(rows)));
}

} // namespace

void bind_contact_residuals(nb::module_ &m) {
  using pinocchio::ProximalSettings;

  using Force = ContactForceResidualTpl<Scalar>;
  nb::class_<Force, StageFunction> force(m, "ContactForceResidual",
                                         "Contact force (3 or 6 components, N and N m) of constrained forward dynamics minus fref.");
  force
      .def("__init__",
           [](Force *self, int ndx, const PinModel &model, const MatrixArg &actuation_matrix,
              const context::RCMVector &constraint_models, const ProximalSettings &prox_settings, const VectorArg &fref,
              const std::string &contact_name) {
             check_tangent_dimension(ndx, 2 * model.nv, "2 model.nv");
             const VectorXs f = fref.as("fref");
             if (f.size() != 3 && f.size() != 6)
               raise_value_error("fref: expected an array of shape (3,) or (6,), got ({},)", f.size());
             new (self) Force(ndx, model, actuation_matrix.as("actuation_matrix", model.nv), constraint_models,
                              prox_settings, f, contact_name);
           },
           "ndx"_a, "model"_a, "actuation_matrix"_a, "constraint_models"_a, "prox_settings"_a, "fref"_a, "contact_name"_a)
      .def("getReference", [](nb::pointer_and_handle<Force> f) { return view(f.p->getReference(), f.h); }, "The target force.")
      .def(
          "setReference",
          [](Force &f, const VectorArg &fnew) {
            const Force::Vector3or6 target = fnew.as("fnew", f.nr);
            f.setReference(target);
          },
          "fnew"_a, "Set the target force.");
  def_contact<Force, ContactForceDataTpl<Scalar>>(force);
  bind_contact_data<ContactForceDataTpl<Scalar>>(m, "ContactForceData");

  using Wrench = MultibodyWrenchConeResidualTpl<Scalar>;
  nb::class_<Wrench, StageFunction> wrench(
      m, "MultibodyWrenchConeResidual",
      "Rows that are <= 0 when the contact wrench is in the cone of a rectangular foot; nr = 17.");
  wrench.def("__init__",
             [](Wrench *self, int ndx, const PinModel &model, const MatrixArg &actuation_matrix,
                const context::RCMVector &constraint_models, const ProximalSettings &prox_settings,
                const std::string &contact_name, Scalar mu, Scalar half_length, Scalar half_width) {
               check_tangent_dimension(ndx, 2 * model.nv, "2 model.nv");
               new (self) Wrench(ndx, model, actuation_matrix.as("actuation_matrix", model.nv), constraint_models,
                                 prox_settings, contact_name, mu, half_length, half_width);
             },
             "ndx"_a, "model"_a, "actuation_matrix"_a, "constraint_models"_a, "prox_settings"_a, "contact_name"_a, "mu"_a,
             "half_length"_a, "half_width"_a, "mu: friction coefficient; half_length, half_width: of the foot, in metres.");
  def_contact<Wrench, MultibodyWrenchConeDataTpl<Scalar>>(wrench);
  bind_contact_data<MultibodyWrenchConeDataTpl<Scalar>>(m, "MultibodyWrenchConeData");

  using Friction = MultibodyFrictionConeResidualTpl<Scalar>;
  nb::class_<Friction, StageFunction> friction(
      m, "MultibodyFrictionConeResidual", "Rows that are <= 0 when the contact force is in the friction cone; nr = 2.");
  friction.def("__init__",
               [](Friction *self, int ndx, const PinModel &model, const MatrixArg &actuation_matrix,
                  const context::RCMVector &constraint_models, const ProximalSettings &prox_settings,
                  const std::string &contact_name, Scalar mu) {
                 check_tangent_dimension(ndx, 2 * model.nv, "2 model.nv");
                 new (self) Friction(ndx, model, actuation_matrix.as("actuation_matrix", model.nv), constraint_models,
                                     prox_settings, contact_name, mu);
               },
               "ndx"_a, "model"_a, "actuation_matrix"_a, "constraint_models"_a, "prox_settings"_a, "contact_name"_a,
               "mu"_a);
  def_contact<Friction, MultibodyFrictionConeDataTpl<Scalar>>(friction);
  bind_contact_data<MultibodyFrictionConeDataTpl<Scalar>>(m, "MultibodyFrictionConeData");

  m.def("underactuatedConstrainedInverseDynamics", &constrained_inverse_dynamics, "model"_a, "data"_a, "q"_a, "v"_a,
        "actMatrix"_a, "constraint_model"_a, "constraint_data"_a,
        "Controls (nu,) and contact forces with which the robot does not accelerate, in the least-squares sense. q: (nq,), "
        "v: (nv,), actMatrix: (nv, nu); contact models and their data, in place.");
}

} // namespace aligator::python
