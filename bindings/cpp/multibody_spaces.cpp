#include "module.hpp"
#include "pinocchio_objects.hpp"
#include "polymorphic.hpp"

#include <aligator/modelling/spaces/multibody.hpp>
#include <aligator/modelling/spaces/pinocchio-groups.hpp>
#include <aligator/modelling/spaces/tangent-bundle.hpp>

namespace aligator::python {

namespace {

namespace pin = pinocchio;

/// A Lie group of fixed dimension and no parameters.
template <class Group> void bind_group(nb::module_ &m, const char *name, const char *lie_group, const char *doc) {
  using Space = PinocchioLieGroup<Group>;
  nb::class_<Space, Manifold>(m, name, doc)
      .def("__init__", [](Space *self) { new (self) Space(); })
      .def_prop_ro(
          "lg",
          [lie_group](const Space &s) -> nb::object {
            const nb::object make = nb::module_::import_("pinocchio").attr("liegroups").attr(lie_group);
            return std::string_view(lie_group) == "Rn" ? make(s.nx()) : make();
          },
          "The same as a group of Pinocchio's Python module.")
      .def("__getstate__", [](const Space &) { return nb::make_tuple(); })
      .def("__setstate__", [](Space &self, nb::tuple) { new (&self) Space(); });
  register_model<Space, Manifold>();
}

template <class Group> void bind_bundle(nb::module_ &m, const char *name, const char *doc) {
  using Base = PinocchioLieGroup<Group>;
  using Space = TangentBundleTpl<Base>;
  nb::class_<Space, Manifold>(m, name, doc)
      .def("__init__", [](Space *self) { new (self) Space(Base()); })
      .def("__init__", [](Space *self, const Base &base) { new (self) Space(base); }, "base"_a)
      .def_prop_ro("base", [](const Space &s) -> const Base & { return s.getBaseSpace(); },
                   nb::rv_policy::reference_internal, "The base space.");
  register_model<Space, Manifold>();
}

} // namespace

void bind_multibody_spaces(nb::module_ &m) {
  using Euclidean = PinocchioLieGroup<pin::VectorSpaceOperationTpl<Eigen::Dynamic, Scalar>>;
  nb::class_<Euclidean, Manifold>(m, "EuclideanSpace", "Euclidean space of any dimension, as a Lie group of Pinocchio.")
      .def("__init__",
           [](Euclidean *self, int dim) {
             if (dim < 0)
               throw nb::value_error("dim: expected a dimension >= 0");
             new (self) Euclidean(pin::VectorSpaceOperationTpl<Eigen::Dynamic, Scalar>(dim));
           },
           "dim"_a);
  register_model<Euclidean, Manifold>();

  bind_group<pin::VectorSpaceOperationTpl<1, Scalar>>(m, "R", "R1", "The real line.");
  bind_group<pin::VectorSpaceOperationTpl<2, Scalar>>(m, "R2", "R2", "The plane.");
  bind_group<pin::VectorSpaceOperationTpl<3, Scalar>>(m, "R3", "R3", "Euclidean space of dimension 3.");
  bind_group<pin::VectorSpaceOperationTpl<4, Scalar>>(m, "R4", "Rn", "Euclidean space of dimension 4.");
  bind_group<pin::SpecialOrthogonalOperationTpl<2, Scalar>>(m, "SO2", "SO2", "Rotations of the plane: (cos, sin), nx = 2, ndx = 1.");
  bind_group<pin::SpecialOrthogonalOperationTpl<3, Scalar>>(m, "SO3", "SO3", "Rotations: quaternion (x, y, z, w), nx = 4, ndx = 3.");
  bind_group<pin::SpecialEuclideanOperationTpl<2, Scalar>>(m, "SE2", "SE2", "Rigid motions of the plane: (x, y, cos, sin), nx = 4, ndx = 3.");
  bind_group<pin::SpecialEuclideanOperationTpl<3, Scalar>>(m, "SE3", "SE3", "Rigid motions: position and quaternion, nx = 7, ndx = 6.");
  bind_bundle<pin::SpecialOrthogonalOperationTpl<2, Scalar>>(m, "TSO2", "Tangent bundle of SO(2): nx = 3, ndx = 2.");
  bind_bundle<pin::SpecialOrthogonalOperationTpl<3, Scalar>>(m, "TSO3", "Tangent bundle of SO(3): nx = 7, ndx = 6.");
  bind_bundle<pin::SpecialEuclideanOperationTpl<2, Scalar>>(m, "TSE2", "Tangent bundle of SE(2): nx = 7, ndx = 6.");
  bind_bundle<pin::SpecialEuclideanOperationTpl<3, Scalar>>(m, "TSE3", "Tangent bundle of SE(3): nx = 13, ndx = 12.");

  using Configuration = context::MultibodyConfiguration;
  nb::class_<Configuration, Manifold>(m, "MultibodyConfiguration",
                                      "Configurations q of a multibody system: nx = model.nq, ndx = model.nv.")
      .def(nb::init<const context::PinModel &>(), "model"_a)
      .def_prop_ro("model", [](const Configuration &s) -> const context::PinModel & { return s.getModel(); },
                   nb::rv_policy::reference_internal, "The Pinocchio model.")
      .def("__reduce__", [](nb::handle self) { return nb::make_tuple(self.type(), nb::make_tuple(self.attr("model"))); });
  register_model<Configuration, Manifold>();

  using PhaseSpace = context::MultibodyPhaseSpace;
  nb::class_<PhaseSpace, Manifold>(m, "MultibodyPhaseSpace",
                                   "States (q, v) of a multibody system: nx = model.nq + model.nv, ndx = 2 model.nv.")
      .def(nb::init<const context::PinModel &>(), "model"_a)
      .def_prop_ro("model", [](const PhaseSpace &s) -> const context::PinModel & { return s.getModel(); },
                   nb::rv_policy::reference_internal, "The Pinocchio model.")
      .def_prop_ro("base", [](const PhaseSpace &s) -> const Configuration & { return s.getBaseSpace(); },
                   nb::rv_policy::reference_internal, "The space of configurations.")
      .def("__reduce__", [](nb::handle self) { return nb::make_tuple(self.type(), nb::make_tuple(self.attr("model"))); });
  register_model<PhaseSpace, Manifold>();
}

} // namespace aligator::python
