/// Explicit dynamics defined in Python, inside the library.
#pragma once

#include "trampolines.hpp"

namespace aligator::python {

/// C++ side of Python subclasses of explicit dynamics of class `Base`, of discrete or continuous time.
template <class Base, class DataOfBase = ExplicitDynamicsData> struct PyExplicitDynamicsOf : Base, PythonInstance {
  NB_TRAMPOLINE(Base);
  using Data = DataOfBase;

  void forward(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    call_override(nb_trampoline, "forward", true, x, u, data);
  }
  void dForward(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    call_override(nb_trampoline, "dForward", true, x, u, data);
  }
  std::shared_ptr<Data> createData() const override {
    auto data = create_data_override<Data>(nb_trampoline);
    return data ? data : Base::createData();
  }
};

struct ExplicitDynamicsProxy final : ExplicitDynamics, PythonProxy {
  const ExplicitDynamics &target;
  ExplicitDynamicsProxy(const ExplicitDynamics &target, nb::handle object)
      : ExplicitDynamics(target.space_, target.nu), PythonProxy(object), target(target) {
    space_next_ = target.space_next_;
  }
  void forward(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    target.forward(x, u, data);
  }
  void dForward(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    target.dForward(x, u, data);
  }
  std::shared_ptr<Data> createData() const override { return with_python_wrapper(target.createData()); }
};

} // namespace aligator::python
