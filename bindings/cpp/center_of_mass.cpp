#include "module.hpp"
#include "pinocchio_residuals.hpp"
#include "sequences.hpp"

#include <aligator/modelling/multibody/center-of-mass-translation.hpp>
#include <aligator/modelling/multibody/center-of-mass-velocity.hpp>
#include <aligator/modelling/multibody/centroidal-momentum-derivative.hpp>
#include <aligator/modelling/multibody/centroidal-momentum.hpp>
#include <aligator/modelling/multibody/dcm-position.hpp>
#include <aligator/modelling/multibody/fly-high.hpp>
#include <aligator/modelling/multibody/gravity-compensation-residual.hpp>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

/// getReference() and setReference() of a target of fixed size.
template <class Residual, class Class> void def_reference(Class &cls, int size, const char *arg, const char *doc) {
  cls.def("getReference", [](nb::pointer_and_handle<Residual> f) { return view(f.p->getReference(), f.h); }, doc);
  cls.def(
      "setReference",
      [size, arg](Residual &f, const VectorArg &reference) { f.setReference(reference.as(arg, size)); }, nb::arg(arg), doc);
}

void bind_gravity_compensation(nb::module_ &m) {
  using Gravity = GravityCompensationResidualTpl<Scalar>;
  nb::class_<Gravity, StageFunction> cls(
      m, "GravityCompensationResidual",
      "Joint forces minus those that hold the system still, in N or N m; nr = model.nv.");
  cls.def("__init__",
          [](Gravity *self, int ndx, const PinModel &model) {
            check_tangent_dimension(ndx, model.nv, "model.nv");
            new (self) Gravity(ndx, model);
          },
          "ndx"_a, "model"_a, "With u the joint forces themselves.")
      .def("__init__",
           [](Gravity *self, int ndx, const MatrixArg &actuation_matrix, const PinModel &model) {
             check_tangent_dimension(ndx, model.nv, "model.nv");
             new (self) Gravity(ndx, actuation_matrix.as("actuation_matrix", model.nv), model);
           },
           "ndx"_a, "actuation_matrix"_a, "model"_a, "With joint forces actuation_matrix u. actuation_matrix: (nv, nu).")
      .def_ro("use_actuation_matrix", &Gravity::use_actuation_matrix, "Whether there is an actuation matrix.");
  def_view<Gravity>(cls, "actuation_matrix", [](Gravity &f) -> MatrixXs & { return f.actuation_matrix_; }, "(nv, nu).");
  def_pin_model<Gravity>(cls);
  register_pinocchio_residual<Gravity, StageFunction>(false);
  bind_pinocchio_data<Gravity::Data>(m, "GravityCompensationData");
}

void bind_momentum_derivative(nb::module_ &m) {
  using Derivative = CentroidalMomentumDerivativeResidualTpl<Scalar>;
  nb::class_<Derivative, StageFunction> cls(
      m, "CentroidalMomentumDerivativeResidual",
      "Derivative of the centroidal momentum under contact forces u = (forces of each contact, joint accelerations); "
      "nr = 6.");
  cls.def("__init__",
          [](Derivative *self, int ndx, const PinModel &model, const VectorArg &gravity,
             const std::vector<bool> &contact_states, const std::vector<pinocchio::FrameIndex> &contact_ids,
             int force_size) {
            check_tangent_dimension(ndx, 2 * model.nv, "2 model.nv");
            check_equal(long(contact_states.size()), long(contact_ids.size()),
                        "contact_states: number (expected that of contact_ids)");
            for (const auto id : contact_ids)
              frame_arg(model, long(id), "contact_ids");
            if (force_size != 3 && force_size != 6)
              raise_value_error("force_size: expected 3 or 6, got {}", force_size);
            new (self) Derivative(ndx, model, gravity.as("gravity", 3), contact_states, contact_ids, force_size);
          },
          "ndx"_a, "model"_a, "gravity"_a, "contact_states"_a, "contact_ids"_a, "force_size"_a)
      .def_prop_rw(
          "contact_states",
          [](nb::pointer_and_handle<Derivative> f) { return values<StdVec_bool>(f.h, f.p->contact_states_); },
          [](Derivative &f, const std::vector<bool> &states) {
            check_equal(long(states.size()), long(f.contact_ids_.size()), "contact_states: number");
            f.contact_states_ = states;
          },
          "Which contacts are active.");
  register_pinocchio_residual<Derivative, StageFunction>(true);
  bind_pinocchio_data<CentroidalMomentumDerivativeDataTpl<Scalar>>(m, "CentroidalMomentumDerivativeResidualData");
}

} // namespace

void bind_center_of_mass(nb::module_ &m) {
  using Translation = CenterOfMassTranslationResidualTpl<Scalar>;
  nb::class_<Translation, UnaryFunction> translation(m, "CenterOfMassTranslationResidual",
                                                     "Position of the centre of mass minus p_ref, in metres; nr = 3.");
  translation.def("__init__",
                  [](Translation *self, int ndx, int nu, const PinModel &model, const VectorArg &p_ref) {
                    check_tangent_dimension(ndx, model.nv, "model.nv");
                    new (self) Translation(ndx, nu, model, p_ref.as("p_ref", 3));
                    self->setFrameId(0);
                  },
                  "ndx"_a, "nu"_a, "model"_a, "p_ref"_a);
  def_frame_id<Translation>(translation, "Not used: 0 unless it is set.");
  def_reference<Translation>(translation, 3, "p_new", "The target position, (3,).");
  def_pin_model<Translation>(translation);
  register_pinocchio_residual<Translation, StageFunction, UnaryFunction>(false);
  bind_pinocchio_data<CenterOfMassTranslationDataTpl<Scalar>>(m, "CenterOfMassTranslationResidualData");

  using Velocity = CenterOfMassVelocityResidualTpl<Scalar>;
  nb::class_<Velocity, UnaryFunction> velocity(m, "CenterOfMassVelocityResidual",
                                               "Velocity of the centre of mass minus v_ref, in m/s; nr = 3.");
  velocity.def("__init__",
               [](Velocity *self, int ndx, int nu, const PinModel &model, const VectorArg &v_ref) {
                 check_tangent_dimension(ndx, 2 * model.nv, "2 model.nv");
                 new (self) Velocity(ndx, nu, model, v_ref.as("v_ref", 3));
                 self->setFrameId(0);
               },
               "ndx"_a, "nu"_a, "model"_a, "v_ref"_a);
  def_frame_id<Velocity>(velocity, "Not used: 0 unless it is set.");
  def_reference<Velocity>(velocity, 3, "p_new", "The target velocity, (3,).");
  def_pin_model<Velocity>(velocity);
  register_pinocchio_residual<Velocity, StageFunction, UnaryFunction>(true);
  bind_pinocchio_data<CenterOfMassVelocityDataTpl<Scalar>>(m, "CenterOfMassVelocityResidualData");

  using Dcm = DCMPositionResidualTpl<Scalar>;
  nb::class_<Dcm, UnaryFunction> dcm(
      m, "DCMPositionResidual",
      "Divergent component of motion (centre of mass + alpha times its velocity) minus dcm_ref, in metres; nr = 3.");
  dcm.def("__init__",
          [](Dcm *self, int ndx, int nu, const PinModel &model, const VectorArg &dcm_ref, Scalar alpha) {
            check_tangent_dimension(ndx, 2 * model.nv, "2 model.nv");
            new (self) Dcm(ndx, nu, model, dcm_ref.as("dcm_ref", 3), alpha);
            self->setFrameId(0);
          },
          "ndx"_a, "nu"_a, "model"_a, "dcm_ref"_a, "alpha"_a);
  def_frame_id<Dcm>(dcm, "Not used: 0 unless it is set.");
  def_reference<Dcm>(dcm, 3, "new_ref", "The target, (3,).");
  register_pinocchio_residual<Dcm, StageFunction, UnaryFunction>(true);
  bind_pinocchio_data<DCMPositionDataTpl<Scalar>>(m, "DCMPositionResidualData");

  using Momentum = CentroidalMomentumResidualTpl<Scalar>;
  nb::class_<Momentum, UnaryFunction> momentum(
      m, "CentroidalMomentumResidual", "Centroidal momentum (linear in kg m/s, then angular in kg m^2/s) minus h_ref; nr = 6.");
  momentum.def("__init__",
               [](Momentum *self, int ndx, int nu, const PinModel &model, const VectorArg &h_ref) {
                 check_tangent_dimension(ndx, 2 * model.nv, "2 model.nv");
                 new (self) Momentum(ndx, nu, model, h_ref.as("h_ref", 6));
               },
               "ndx"_a, "nu"_a, "model"_a, "h_ref"_a);
  def_reference<Momentum>(momentum, 6, "h_new", "The target momentum, (6,).");
  def_pin_model<Momentum>(momentum);
  register_pinocchio_residual<Momentum, StageFunction, UnaryFunction>(true);
  bind_pinocchio_data<CentroidalMomentumDataTpl<Scalar>>(m, "CentroidalMomentumResidualData");

  using FlyHigh = FlyHighResidualTpl<Scalar>;
  nb::class_<FlyHigh, UnaryFunction> fly_high(
      m, "FlyHighResidual", "Horizontal velocity of a frame times exp(-slope height), to keep feet from sliding; nr = 2.");
  fly_high
      .def("__init__",
           [](FlyHigh *self, int ndx, const PinModel &model, long frame_id, Scalar slope, int nu) {
             check_tangent_dimension(ndx, 2 * model.nv, "2 model.nv");
             new (self) FlyHigh(ndx, model, frame_arg(model, frame_id, "frame_id"), slope, nu);
           },
           "ndx"_a, "model"_a, "frame_id"_a, "slope"_a, "nu"_a)
      .def_rw("slope", &FlyHigh::slope_, "Decay with the height, 1/m.")
      .def_prop_rw(
          "frame_id", [](const FlyHigh &f) { return f.getFrameId(); },
          [](FlyHigh &f, long id) { f.setFrameId(frame_arg(f.getModel(), id, "frame_id")); }, "Index of the frame.");
  register_model<FlyHigh, StageFunction, UnaryFunction>();
  register_state_size(typeid(FlyHigh), [](const StageFunction &f) {
    const PinModel &model = static_cast<const FlyHigh &>(f).getModel();
    return model.nq + model.nv;
  });
  nb::class_<FlyHigh::Data, StageFunctionData>(m, "FlyHighResidualData", "Data of FlyHighResidual.")
      .def_ro("ez", &FlyHigh::Data::ez, "exp(-slope height).")
      .def_prop_ro("pin_data", [](const FlyHigh::Data &d) -> const context::PinData & { return d.pdata_; },
                   nb::rv_policy::reference_internal, "Pinocchio's data.");

  bind_gravity_compensation(m);
  bind_momentum_derivative(m);
}

} // namespace aligator::python
