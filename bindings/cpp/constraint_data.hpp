/// Pinocchio's data of contact models, as the vector that its Python module has for them.
#pragma once

#include "pinocchio_objects.hpp"

namespace nanobind::detail {

/// Any other sequence is copied.
template <> struct type_caster<aligator::context::RCDVector> : boost_python_caster<aligator::context::RCDVector> {
  using Vector = aligator::context::RCDVector;
  static constexpr auto Name = const_name("collections.abc.Sequence[pinocchio.RigidConstraintData]");

  bool from_python(handle src, uint32_t flags, cleanup_list *cleanup) noexcept {
    if (boost_python_caster<Vector>::from_python(src, flags, cleanup))
      return true;
    if (!PySequence_Check(src.ptr()))
      return false;
    try {
      copy.clear();
      for (handle item : src) {
        boost::python::extract<const Vector::value_type &> extractor(item.ptr());
        if (!extractor.check())
          return false;
        copy.push_back(extractor());
      }
      object = &copy;
      return true;
    } catch (...) {
      PyErr_Clear();
      return false;
    }
  }

private:
  Vector copy;
};

} // namespace nanobind::detail

namespace aligator::python {

template <class Data, class Class> void def_constraint_datas(Class &cls) {
  cls.def_prop_ro("constraint_datas", [](const Data &d) -> const context::RCDVector & { return d.constraint_datas_; },
                  nb::rv_policy::reference_internal, "Pinocchio's data of the contacts.");
}

} // namespace aligator::python
