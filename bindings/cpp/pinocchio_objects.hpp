/// Objects of Pinocchio's own Python module (made with Boost.Python) as arguments and results, without any copy
/// through files or text.
#pragma once

#include "common.hpp"

#include <boost/python/enum.hpp>
#include <boost/python/extract.hpp>
#include <boost/python/object.hpp>
#include <boost/python/return_internal_reference.hpp>
#include <boost/python/to_python_indirect.hpp>
#include <boost/python/to_python_value.hpp>
#include <pinocchio/algorithm/contact-info.hpp>
#include <pinocchio/algorithm/proximal.hpp>
#include <pinocchio/multibody/geometry.hpp>
#include <pinocchio/spatial/motion.hpp>
#include <pinocchio/spatial/se3.hpp>

#include <aligator/modelling/multibody/fwd.hpp>

namespace nanobind::detail {

/// Arguments refer to the object inside the Boost.Python instance. References go out as Boost.Python instances that
/// point into the nanobind object they belong to and keep it alive; values are copied.
template <class T> struct boost_python_caster {
  template <class U> using Cast = movable_cast_t<U>;

  bool from_python(handle src, uint32_t, cleanup_list *) noexcept {
    object = nullptr;
    if (src.is_none()) // only where the argument is declared to be optional
      return true;
    try {
      boost::python::extract<T &> extractor(src.ptr());
      if (!extractor.check())
        return false;
      object = &extractor();
      return true;
    } catch (...) {
      PyErr_Clear();
      return false;
    }
  }
  template <class U> bool can_cast() const noexcept { return std::is_pointer_v<U> || object != nullptr; }
  operator T *() { return object; }
  operator T &() { return *object; }
  operator T &&() { return std::move(*object); }

  static handle from_cpp(const T &value, rv_policy policy, cleanup_list *cleanup) noexcept {
    try {
      if (policy == rv_policy::reference_internal && cleanup && cleanup->self()) {
        using Convert = boost::python::to_python_indirect<T &, boost::python::detail::make_reference_holder>;
        PyObject *result = Convert()(const_cast<T &>(value));
        keep_alive_obj(result, cleanup->self());
        return result;
      }
      return boost::python::incref(boost::python::object(value).ptr());
    } catch (...) {
      if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "Pinocchio's Python module cannot represent this object");
      return handle();
    }
  }

protected:
  T *object = nullptr;
};

#define ALIGATOR_PINOCCHIO_OBJECT(Type, PythonName)                                                                   \
  template <> struct type_caster<Type> : boost_python_caster<Type> {                                                  \
    static constexpr auto Name = const_name(PythonName);                                                              \
  }

ALIGATOR_PINOCCHIO_OBJECT(aligator::context::PinModel, "pinocchio.Model");
ALIGATOR_PINOCCHIO_OBJECT(aligator::context::PinData, "pinocchio.Data");
ALIGATOR_PINOCCHIO_OBJECT(pinocchio::SE3, "pinocchio.SE3");
ALIGATOR_PINOCCHIO_OBJECT(pinocchio::Motion, "pinocchio.Motion");
ALIGATOR_PINOCCHIO_OBJECT(pinocchio::GeometryModel, "pinocchio.GeometryModel");
ALIGATOR_PINOCCHIO_OBJECT(pinocchio::GeometryData, "pinocchio.GeometryData");
ALIGATOR_PINOCCHIO_OBJECT(pinocchio::ProximalSettings, "pinocchio.ProximalSettings");

/// Enumerations are converted by value.
template <> struct type_caster<pinocchio::ReferenceFrame> {
  NB_TYPE_CASTER(pinocchio::ReferenceFrame, const_name("pinocchio.ReferenceFrame"))
  bool from_python(handle src, uint32_t, cleanup_list *) noexcept {
    try {
      boost::python::extract<pinocchio::ReferenceFrame> extractor(src.ptr());
      if (!extractor.check())
        return false;
      value = extractor();
      return true;
    } catch (...) {
      PyErr_Clear();
      return false;
    }
  }
  static handle from_cpp(pinocchio::ReferenceFrame frame, rv_policy, cleanup_list *) noexcept {
    return boost::python::incref(boost::python::object(frame).ptr());
  }
};

#undef ALIGATOR_PINOCCHIO_OBJECT

} // namespace nanobind::detail
