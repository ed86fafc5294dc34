/// Pinocchio's data of contact models, as the vector that its Python module has for them.
#pragma once

#include "pinocchio_objects.hpp"

namespace nanobind::detail {

template <> struct type_caster<aligator::context::RCDVector> : boost_python_caster<aligator::context::RCDVector> {
  static constexpr auto Name = const_name("pinocchio.StdVec_RigidConstraintData");
};

} // namespace nanobind::detail

namespace aligator::python {

template <class Data, class Class> void def_constraint_datas(Class &cls) {
  cls.def_prop_ro("constraint_datas", [](const Data &d) -> const context::RCDVector & { return d.constraint_datas_; },
                  nb::rv_policy::reference_internal, "Pinocchio's data of the contacts.");
}

} // namespace aligator::python
