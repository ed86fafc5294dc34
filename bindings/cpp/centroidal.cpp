#include "being_solved.hpp"
#include "checks.hpp"
#include "module.hpp"
#include "polymorphic.hpp"
#include "sequences.hpp"

#include <aligator/modelling/centroidal/angular-acceleration.hpp>
#include <aligator/modelling/centroidal/angular-momentum.hpp>
#include <aligator/modelling/centroidal/centroidal-acceleration.hpp>
#include <aligator/modelling/centroidal/centroidal-friction-cone.hpp>
#include <aligator/modelling/centroidal/centroidal-translation.hpp>
#include <aligator/modelling/centroidal/centroidal-wrapper.hpp>
#include <aligator/modelling/centroidal/centroidal-wrench-cone.hpp>
#include <aligator/modelling/centroidal/linear-momentum.hpp>
#include <aligator/modelling/contact-map.hpp>
#include <aligator/modelling/dynamics/centroidal-fwd.hpp>
#include <aligator/modelling/dynamics/continuous-centroidal-fwd.hpp>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

using ContactMap = ContactMapTpl<Scalar>;

/// Centroidal states are (position, linear momentum, angular momentum), 9 numbers at least.
void check_centroidal_state(int ndx) {
  if (ndx < 9)
    raise_value_error("ndx: expected at least 9 (position, linear and angular momentum), got {}", ndx);
}

void check_forces(int nu, const ContactMap &contact_map, int force_size) {
  if (force_size != 3 && force_size != 6)
    raise_value_error("force_size: expected 3 or 6, got {}", force_size);
  check_equal(nu, long(contact_map.size_) * force_size, "nu (expected the number of contacts times force_size)");
}

void check_contact(int nu, int k, int force_size) {
  if (k < 0 || (k + 1) * force_size > nu)
    raise_value_error("k: expected the index of one of the {} contacts in u, got {}", nu / force_size, k);
}

std::vector<Vector3s> positions_arg(const VectorsArg &poses) {
  std::vector<Vector3s> positions;
  for (const VectorXs &pose : poses.as("contact_poses")) {
    check_equal(pose.size(), 3, "contact_poses: size of each");
    positions.emplace_back(pose);
  }
  return positions;
}

/// Exchange the contacts of a model for those of a map of as many.
void assign_contacts(ContactMap &target, const ContactMap &contacts) {
  check_equal(long(contacts.size_), long(target.size_), "contact_map: number of contacts");
  detach(target.contact_poses_);
  target = contacts;
}

void bind_contact_map(nb::module_ &m) {
  nb::class_<ContactMap>(m, "ContactMap", "Names, states (active or not) and positions (metres) of contacts.")
      .def("__init__",
           [](ContactMap *self, const std::vector<std::string> &names, const std::vector<bool> &states,
              const VectorsArg &poses) {
             check_equal(long(states.size()), long(names.size()), "contact_states: number (expected that of the names)");
             const std::vector<Vector3s> positions = positions_arg(poses);
             check_equal(long(positions.size()), long(names.size()), "contact_poses: number (expected that of the names)");
             new (self) ContactMap(names, states, positions);
           },
           "contact_names"_a, "contact_states"_a, "contact_poses"_a)
      .def(
          "addContact",
          [](ContactMap &c, const std::string &name, bool state, const VectorArg &pose) {
            const Vector3s position = pose.as("pose", 3);
            detach(c.contact_poses_);
            c.addContact(name, state, position);
          },
          "name"_a, "state"_a, "pose"_a, "Add a contact.")
      .def(
          "removeContact",
          [](ContactMap &c, size_t i) {
            if (i >= c.size_)
              throw nb::index_error("i: no such contact");
            detach(c.contact_poses_);
            c.removeContact(i);
          },
          "i"_a, "Remove the i-th contact.")
      .def("getContactState", [](const ContactMap &c, const std::string &name) { return c.getContactState(name); }, "name"_a)
      .def(
          "getContactPose",
          [](nb::pointer_and_handle<ContactMap> c, const std::string &name) {
            return view(c.p->getContactPose(name), view_owner(c.h, &c.p->contact_poses_));
          },
          "name"_a)
      .def(
          "setContactPose",
          [](ContactMap &c, const std::string &name, const VectorArg &ref) { c.setContactPose(name, ref.as("ref", 3)); },
          "name"_a, "ref"_a)
      .def_ro("size", &ContactMap::size_, "Number of contacts.")
      .def_prop_rw(
          "contact_names",
          [](nb::pointer_and_handle<ContactMap> c) { return values<StdVec_StringView>(c.h, c.p->contact_names_); },
          [](ContactMap &c, const std::vector<std::string> &names) {
            check_equal(long(names.size()), long(c.size_), "contact_names: number");
            c.contact_names_ = names;
          },
          "The names.")
      .def_prop_rw(
          "contact_states",
          [](nb::pointer_and_handle<ContactMap> c) { return values<StdVec_bool>(c.h, c.p->contact_states_); },
          [](ContactMap &c, const std::vector<bool> &states) {
            check_equal(long(states.size()), long(c.size_), "contact_states: number");
            c.contact_states_ = states;
          },
          "Which contacts are active.")
      .def_prop_rw(
          "contact_poses",
          [](nb::pointer_and_handle<ContactMap> c) { return array_views<StdVec_Vector>(c.h, c.p->contact_poses_); },
          [](ContactMap &c, const VectorsArg &poses) {
            const std::vector<Vector3s> positions = positions_arg(poses);
            check_equal(long(positions.size()), long(c.size_), "contact_poses: number");
            detach(c.contact_poses_);
            c.contact_poses_ = positions;
          },
          "The positions, in metres.");
}

/// A residual that is one part of the centroidal state minus a reference.
template <class Residual, class Data>
void bind_part(nb::module_ &m, const char *name, const char *data_name, const char *arg, const char *new_arg,
               const char *doc) {
  nb::class_<Residual, UnaryFunction>(m, name, doc)
      .def("__init__",
           [arg](Residual *self, int ndx, int nu, const VectorArg &reference) {
             check_centroidal_state(ndx);
             new (self) Residual(ndx, nu, reference.as(arg, 3));
           },
           "ndx"_a, "nu"_a, nb::arg(arg))
      .def("getReference", [](nb::pointer_and_handle<Residual> f) { return view(f.p->getReference(), f.h); },
           "The target, (3,).")
      .def(
          "setReference",
          [new_arg](Residual &f, const VectorArg &reference) { f.setReference(Vector3s(reference.as(new_arg, 3))); },
          nb::arg(new_arg), "Set the target, (3,).");
  register_model<Residual, StageFunction, UnaryFunction>();
  nb::class_<Data, StageFunctionData>(m, data_name, "Data of the residual.");
}

template <class Residual, class Data>
void bind_acceleration(nb::module_ &m, const char *name, const char *data_name, const char *doc) {
  nb::class_<Residual, StageFunction>(m, name, doc)
      .def("__init__",
           [](Residual *self, int ndx, int nu, Scalar mass, const VectorArg &gravity, const ContactMap &contact_map,
              int force_size) {
             check_centroidal_state(ndx);
             check_forces(nu, contact_map, force_size);
             new (self) Residual(ndx, nu, mass, gravity.as("gravity", 3), contact_map, force_size);
           },
           "ndx"_a, "nu"_a, "mass"_a, "gravity"_a, "contact_map"_a, "force_size"_a)
      .def_prop_rw(
          "contact_map", [](Residual &f) -> ContactMap & { return f.contact_map_; },
          [](Residual &f, const ContactMap &contacts) { assign_contacts(f.contact_map_, contacts); },
          "The contacts.");
  register_model<Residual, StageFunction>();
  nb::class_<Data, StageFunctionData>(m, data_name, "Data of the residual.");
}

template <class Dynamics, class Data>
void bind_centroidal_dynamics(nb::module_ &m, const char *name, const char *data_name, bool forces_in_state,
                              const char *doc) {
  nb::class_<Dynamics, ODE>(m, name, doc)
      .def("__init__",
           [forces_in_state](Dynamics *self, const context::VectorSpace &space, Scalar total_mass,
                             const VectorArg &gravity, const ContactMap &contact_map, int force_size) {
             if (force_size != 3 && force_size != 6)
               raise_value_error("force_size: expected 3 or 6, got {}", force_size);
             if (!(total_mass > 0))
               raise_value_error("total_mass: expected a positive number of kilograms, got {}", total_mass);
             const long nx = 9 + (forces_in_state ? long(contact_map.size_) * force_size : 0);
             check_equal(space.nx(), nx, "space.nx");
             new (self) Dynamics(space, total_mass, gravity.as("gravity", 3), contact_map, force_size);
           },
           "space"_a, "total_mass"_a, "gravity"_a, "contact_map"_a, "force_size"_a)
      .def_prop_rw(
          "contact_map", [](Dynamics &f) -> ContactMap & { return f.contact_map_; },
          [](Dynamics &f, const ContactMap &contacts) { assign_contacts(f.contact_map_, contacts); },
          "The contacts.");
  register_model<Dynamics, ODE, ContinuousDynamics>();
  nb::class_<Data, ContinuousDynamicsData>(m, data_name, "Data of the dynamics.");
}

} // namespace

void bind_centroidal(nb::module_ &m, nb::module_ &dynamics) {
  bind_contact_map(m);
  bind_part<CentroidalCoMResidualTpl<Scalar>, CentroidalCoMDataTpl<Scalar>>(
      m, "CentroidalCoMResidual", "CentroidalCoMData", "p_ref", "p_new", "Position of the centre of mass minus p_ref; nr = 3.");
  bind_part<LinearMomentumResidualTpl<Scalar>, LinearMomentumDataTpl<Scalar>>(
      m, "LinearMomentumResidual", "LinearMomentumData", "h_ref", "h_new", "Linear momentum minus h_ref; nr = 3.");
  bind_part<AngularMomentumResidualTpl<Scalar>, AngularMomentumDataTpl<Scalar>>(
      m, "AngularMomentumResidual", "AngularMomentumData", "L_ref", "L_new", "Angular momentum minus L_ref; nr = 3.");
  bind_acceleration<CentroidalAccelerationResidualTpl<Scalar>, CentroidalAccelerationDataTpl<Scalar>>(
      m, "CentroidalAccelerationResidual", "CentroidalAccelerationData",
      "Acceleration of the centre of mass under the contact forces u; nr = 3.");
  bind_acceleration<AngularAccelerationResidualTpl<Scalar>, AngularAccelerationDataTpl<Scalar>>(
      m, "AngularAccelerationResidual", "AngularAccelerationData",
      "Derivative of the angular momentum under the contact forces u; nr = 3.");

  using Friction = CentroidalFrictionConeResidualTpl<Scalar>;
  nb::class_<Friction, StageFunction>(m, "CentroidalFrictionConeResidual",
                                      "Rows that are <= 0 when the k-th force of u is in its friction cone; nr = 2.")
      .def("__init__",
           [](Friction *self, int ndx, int nu, int k, Scalar mu, Scalar epsilon) {
             check_contact(nu, k, 3);
             new (self) Friction(ndx, nu, k, mu, epsilon);
           },
           "ndx"_a, "nu"_a, "k"_a, "mu"_a, "epsilon"_a);
  register_model<Friction, StageFunction>();
  nb::class_<CentroidalFrictionConeDataTpl<Scalar>, StageFunctionData>(m, "CentroidalFrictionConeData", "Data of the residual.");

  using Wrench = CentroidalWrenchConeResidualTpl<Scalar>;
  nb::class_<Wrench, StageFunction>(m, "CentroidalWrenchConeResidual",
                                    "Rows that are <= 0 when the k-th wrench of u is in the cone of a rectangular foot; nr = 17.")
      .def("__init__",
           [](Wrench *self, int ndx, int nu, int k, Scalar mu, Scalar half_length, Scalar half_width) {
             check_contact(nu, k, 6);
             new (self) Wrench(ndx, nu, k, mu, half_length, half_width);
           },
           "ndx"_a, "nu"_a, "k"_a, "mu"_a, "L"_a, "W"_a, "mu: friction coefficient; L, W: half the length and width of the foot, in metres.");
  register_model<Wrench, StageFunction>();
  nb::class_<CentroidalWrenchConeDataTpl<Scalar>, StageFunctionData>(m, "CentroidalWrenchConeData", "Data of the residual.");

  using Wrapper = CentroidalWrapperResidualTpl<Scalar>;
  nb::class_<Wrapper, UnaryFunction>(m, "CentroidalWrapperResidual",
                                     "A residual of (x, u) as one of the state (x, u), for problems whose control is "
                                     "the derivative of the forces.")
      .def(nb::init<xyz::polymorphic<StageFunction>>(), "centroidal_cost"_a)
      .def_prop_rw(
          "centroidal_cost", [](const Wrapper &f) -> const auto & { return f.centroidal_cost_; },
          [](Wrapper &f, const xyz::polymorphic<StageFunction> &function) {
            check_not_being_solved(f);
            check_same_sizes(*function, *f.centroidal_cost_, "centroidal_cost");
            retire(std::exchange(f.centroidal_cost_, function));
          },
          "The residual.");
  register_inner_check<StageFunction, StageFunctionData, Wrapper>([](const Wrapper &f, const StageFunctionData &data) {
    check_data(*f.centroidal_cost_, *static_cast<const CentroidalWrapperDataTpl<Scalar> &>(data).wrapped_data_);
  });
  register_model<Wrapper, StageFunction, UnaryFunction>();
  nb::class_<CentroidalWrapperDataTpl<Scalar>, StageFunctionData>(m, "CentroidalWrapperData", "Data of the residual.");

  bind_centroidal_dynamics<dynamics::CentroidalFwdDynamicsTpl<Scalar>, dynamics::CentroidalFwdDataTpl<Scalar>>(
      dynamics, "CentroidalFwdDynamics", "CentroidalFwdData", false,
      "Centroidal dynamics: state (position, linear momentum, angular momentum), control the contact forces.");
  bind_centroidal_dynamics<dynamics::ContinuousCentroidalFwdDynamicsTpl<Scalar>,
                           dynamics::ContinuousCentroidalFwdDataTpl<Scalar>>(
      dynamics, "ContinuousCentroidalFwdDynamics", "ContinuousCentroidalFwdData", true,
      "Centroidal dynamics with the contact forces in the state and their derivatives as control.");
}

} // namespace aligator::python
