#include "module.hpp"
#include "pinocchio_residuals.hpp"

#include <aligator/modelling/multibody/frame-collision.hpp>
#include <aligator/modelling/multibody/frame-equality.hpp>
#include <aligator/modelling/multibody/frame-placement.hpp>
#include <aligator/modelling/multibody/frame-translation.hpp>
#include <aligator/modelling/multibody/frame-velocity.hpp>

namespace aligator::python {

using pinocchio::SE3;

void bind_frame_residuals(nb::module_ &m) {
  using Translation = FrameTranslationResidualTpl<Scalar>;
  nb::class_<Translation, UnaryFunction> translation(m, "FrameTranslationResidual",
                                                     "Position of a frame in the world minus p_ref, in metres; nr = 3.");
  translation
      .def("__init__",
           [](Translation *self, int ndx, int nu, const PinModel &model, const VectorArg &p_ref, long id) {
             check_tangent_dimension(ndx, model.nv, "model.nv");
             new (self) Translation(ndx, nu, model, p_ref.as("p_ref", 3), frame_arg(model, id));
           },
           "ndx"_a, "nu"_a, "model"_a, "p_ref"_a, "id"_a)
      .def("getReference", [](nb::pointer_and_handle<Translation> f) { return view(f.p->p_ref_, f.h); },
           "The target position, (3,).")
      .def(
          "setReference", [](Translation &f, const VectorArg &p) { f.p_ref_ = p.as("p_new", 3); }, "p_new"_a,
          "Set the target position, (3,).");
  def_frame_id<Translation>(translation);
  def_pin_model<Translation>(translation);
  register_pinocchio_residual<Translation, StageFunction, UnaryFunction>(false);
  using TranslationData = FrameTranslationDataTpl<Scalar>;
  auto translation_data = bind_pinocchio_data<TranslationData>(m, "FrameTranslationData");
  def_view<TranslationData>(translation_data, "fJf", [](TranslationData &d) -> auto & { return d.fJf_; },
                            "Jacobian of the frame in its own axes, (6, model.nv).");

  using Velocity = FrameVelocityResidualTpl<Scalar>;
  nb::class_<Velocity, UnaryFunction> velocity(
      m, "FrameVelocityResidual",
      "Spatial velocity of a frame (linear in m/s, then angular in rad/s), in the given reference frame, minus v_ref; "
      "nr = 6.");
  velocity
      .def("__init__",
           [](Velocity *self, int ndx, int nu, const PinModel &model, const pinocchio::Motion &v_ref, long id,
              pinocchio::ReferenceFrame reference_frame) {
             check_tangent_dimension(ndx, 2 * model.nv, "2 model.nv");
             new (self) Velocity(ndx, nu, model, v_ref, frame_arg(model, id), reference_frame);
           },
           "ndx"_a, "nu"_a, "model"_a, "v_ref"_a, "id"_a, "reference_frame"_a)
      .def_prop_rw(
          "vref", [](const Velocity &f) -> const pinocchio::Motion & { return f.vref_; },
          [](Velocity &f, const pinocchio::Motion &v) { f.vref_ = v; }, nb::rv_policy::reference_internal,
          "The target velocity.")
      .def_prop_rw(
          "type", [](const Velocity &f) { return f.type_; },
          [](Velocity &f, pinocchio::ReferenceFrame type) { f.type_ = type; }, "The reference frame.")
      .def("getReference", [](const Velocity &f) -> const pinocchio::Motion & { return f.vref_; },
           nb::rv_policy::reference_internal, "The target velocity.")
      .def(
          "setReference", [](Velocity &f, const pinocchio::Motion &v) { f.vref_ = v; }, "v_new"_a,
          "Set the target velocity.");
  def_frame_id<Velocity>(velocity);
  def_pin_model<Velocity>(velocity);
  register_pinocchio_residual<Velocity, StageFunction, UnaryFunction>(true);
  bind_pinocchio_data<FrameVelocityDataTpl<Scalar>>(m, "FrameVelocityData");

  using Placement = FramePlacementResidualTpl<Scalar>;
  nb::class_<Placement, UnaryFunction> placement(
      m, "FramePlacementResidual",
      "Logarithm of the placement of a frame relative to p_ref (metres, then radians); nr = 6.");
  placement
      .def("__init__",
           [](Placement *self, int ndx, int nu, const PinModel &model, const SE3 &p_ref, long id) {
             check_tangent_dimension(ndx, model.nv, "model.nv");
             new (self) Placement(ndx, nu, model, p_ref, frame_arg(model, id));
           },
           "ndx"_a, "nu"_a, "model"_a, "p_ref"_a, "id"_a)
      .def("getReference", [](const Placement &f) -> const SE3 & { return f.getReference(); },
           nb::rv_policy::reference_internal, "The target placement.")
      .def(
          "setReference", [](Placement &f, const SE3 &p) { f.setReference(p); }, "p_new"_a,
          "Set the target placement.");
  def_frame_id<Placement>(placement);
  def_pin_model<Placement>(placement);
  register_pinocchio_residual<Placement, StageFunction, UnaryFunction>(false);
  using PlacementData = FramePlacementDataTpl<Scalar>;
  auto placement_data = bind_pinocchio_data<PlacementData>(m, "FramePlacementData");
  placement_data.def_prop_ro("rMf", [](const PlacementData &d) -> const SE3 & { return d.rMf_; },
                             nb::rv_policy::reference_internal, "Placement of the frame relative to the target.");
  def_view<PlacementData>(placement_data, "rJf", [](PlacementData &d) -> auto & { return d.rJf_; },
                          "Jacobian of the logarithm, (6, 6).");
  def_view<PlacementData>(placement_data, "fJf", [](PlacementData &d) -> auto & { return d.fJf_; },
                          "Jacobian of the frame in its own axes, (6, model.nv).");

  using Equality = FrameEqualityResidualTpl<Scalar>;
  nb::class_<Equality, UnaryFunction> equality(
      m, "FrameEqualityResidual",
      "Logarithm of the placement of the second frame in the first, relative to the reference; nr = 6.");
  equality
      .def("__init__",
           [](Equality *self, int ndx, int nu, const PinModel &model, long id1, long id2, const SE3 *ref) {
             check_tangent_dimension(ndx, model.nv, "model.nv");
             new (self) Equality(ndx, nu, model, frame_arg(model, id1, "frame_id1"),
                                 frame_arg(model, id2, "frame_id2"), ref ? *ref : SE3::Identity());
           },
           "ndx"_a, "nu"_a, "model"_a, "frame_id1"_a, "frame_id2"_a, "f1Mf2_ref"_a = nb::none())
      .def_prop_rw(
          "frame1_id", [](const Equality &f) { return f.getFrame1Id(); },
          [](Equality &f, long id) { f.setFrame1Id(frame_arg(f.pin_model_, id, "frame1_id")); }, "Index of the first frame.")
      .def_prop_rw(
          "frame2_id", [](const Equality &f) { return f.getFrame2Id(); },
          [](Equality &f, long id) { f.setFrame2Id(frame_arg(f.pin_model_, id, "frame2_id")); }, "Index of the second frame.")
      .def("getReference", [](const Equality &f) -> const SE3 & { return f.getReference(); },
           nb::rv_policy::reference_internal, "The target placement of frame 2 in frame 1.")
      .def(
          "setReference", [](Equality &f, const SE3 &p) { f.setReference(p); }, "p_new"_a,
          "Set the target placement.");
  def_pin_model<Equality>(equality);
  register_pinocchio_residual<Equality, StageFunction, UnaryFunction>(false);
  using EqualityData = FrameEqualityDataTpl<Scalar>;
  auto equality_data = bind_pinocchio_data<EqualityData>(m, "FrameEqualityData");
  equality_data.def_prop_ro("RMf2", [](const EqualityData &d) -> const SE3 & { return d.RMf2_; },
                            nb::rv_policy::reference_internal, "Placement of the second frame relative to its target.");
  def_view<EqualityData>(equality_data, "RJlog6f2", [](EqualityData &d) -> auto & { return d.RJlog6f2_; },
                         "Jacobian of the logarithm, (6, 6).");
  def_view<EqualityData>(equality_data, "wJf1", [](EqualityData &d) -> auto & { return d.wJf1_; },
                         "Jacobian of the first frame in world axes, (6, model.nv).");
  def_view<EqualityData>(equality_data, "wJf2", [](EqualityData &d) -> auto & { return d.wJf2_; },
                         "Jacobian of the second frame in world axes, (6, model.nv).");

  using Collision = FrameCollisionResidualTpl<Scalar>;
  nb::class_<Collision, UnaryFunction> collision(
      m, "FrameCollisionResidual", "Distance between the two geometries of a collision pair, in metres; nr = 1.");
  collision.def("__init__",
                [](Collision *self, int ndx, int nu, const PinModel &model, const pinocchio::GeometryModel &geom_model,
                   long pair) {
                  check_tangent_dimension(ndx, model.nv, "model.nv");
                  const size_t pairs = geom_model.collisionPairs.size();
                  if (pair < 0 || size_t(pair) >= pairs)
                    raise_value_error("frame_pair_id: expected an index below {} (the number of collision pairs), got {}",
                                      pairs, pair);
                  new (self) Collision(ndx, nu, model, geom_model, pinocchio::PairIndex(pair));
                },
                "ndx"_a, "nu"_a, "model"_a, "geom_model"_a, "frame_pair_id"_a);
  def_frame_id<Collision>(collision);
  def_pin_model<Collision>(collision);
  register_pinocchio_residual<Collision, StageFunction, UnaryFunction>(false);
  bind_pinocchio_data<FrameCollisionDataTpl<Scalar>>(m, "FrameCollisionData")
      .def_prop_ro("geom_data", [](const FrameCollisionDataTpl<Scalar> &d) -> const pinocchio::GeometryData & {
        return d.geom_data;
      }, nb::rv_policy::reference_internal, "Pinocchio's data of the geometries.");
}

} // namespace aligator::python
