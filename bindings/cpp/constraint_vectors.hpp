/// Pinocchio's contact models and their data, as the vectors that its Python module has for them.
#pragma once

#include "checks.hpp"
#include "pinocchio_objects.hpp"

namespace nanobind::detail {

/// Those vectors are passed as they are; any other sequence is copied.
template <class Vector> struct constraint_vector_caster : boost_python_caster<Vector> {
  bool from_python(handle src, uint32_t flags, cleanup_list *cleanup) noexcept {
    if (boost_python_caster<Vector>::from_python(src, flags, cleanup))
      return true;
    if (!PySequence_Check(src.ptr()) && !hasattr(src, "__iter__"))
      return false;
    try {
      copy.clear();
      for (handle item : src) {
        boost::python::extract<const typename Vector::value_type &> extractor(item.ptr());
        if (!extractor.check())
          return false;
        copy.push_back(extractor());
      }
      this->object = &copy;
      return true;
    } catch (...) {
      PyErr_Clear();
      return false;
    }
  }

private:
  Vector copy;
};

template <>
struct type_caster<aligator::context::RCMVector> : constraint_vector_caster<aligator::context::RCMVector> {
  static constexpr auto Name = const_name("collections.abc.Sequence[pinocchio.RigidConstraintModel]");
};
template <>
struct type_caster<aligator::context::RCDVector> : constraint_vector_caster<aligator::context::RCDVector> {
  static constexpr auto Name = const_name("collections.abc.Sequence[pinocchio.RigidConstraintData]");
};

} // namespace nanobind::detail

namespace aligator::python {

/// The contact models of `T`: those of a new vector must be as many.
template <class T, class Class> void def_constraint_models(Class &cls) {
  cls.def_prop_rw(
      "constraint_models", [](const T &f) -> const context::RCMVector & { return f.constraint_models_; },
      [](T &f, const context::RCMVector &models) {
        check_equal(long(models.size()), long(f.constraint_models_.size()), "constraint_models: number");
        f.constraint_models_ = models;
      },
      "The contact models.");
}

template <class Data, class Class> void def_constraint_datas(Class &cls) {
  cls.def_prop_rw(
      "constraint_datas", [](const Data &d) -> const context::RCDVector & { return d.constraint_datas_; },
      [](Data &d, const context::RCDVector &datas) {
        check_equal(long(datas.size()), long(d.constraint_datas_.size()), "constraint_datas: number");
        d.constraint_datas_ = datas;
      },
      "Pinocchio's data of the contacts.");
}

/// Both can become longer or shorter through the vectors that Python gets: raise unless they are of one length.
template <class Model, class ModelData, class T, class Data> void check_constraint_numbers() {
  register_inner_check<Model, ModelData, T>([](const T &model, const ModelData &data) {
    check_equal(long(static_cast<const Data &>(data).constraint_datas_.size()), long(model.constraint_models_.size()),
                "data: number of contacts");
  });
}

} // namespace aligator::python
