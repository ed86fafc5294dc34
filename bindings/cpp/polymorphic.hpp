/// How models cross the border.
///
/// Libaligator holds models by value, as xyz::polymorphic<Base>, so whatever is given to a problem is cloned. For
/// classes defined in C++ a table says how to clone each one. An object of a Python subclass is not cloned: the library
/// gets a proxy that shares it, hence Python sees the very object it has made, with all its attributes.
#pragma once

#include "common.hpp"

#include <fmt/format.h>
#include <typeindex>
#include <unordered_map>

namespace aligator::python {

/// Base of the C++ side of objects whose class is defined in Python.
struct PythonInstance {
  virtual ~PythonInstance() = default;
};

/// A reference to a Python object that may be copied and dropped without the GIL.
class SharedObject {
public:
  explicit SharedObject(nb::handle object)
      : object_(object.inc_ref().ptr(), [](PyObject *p) {
        if (PyGILState_Check()) { // also while the interpreter shuts down
          Py_DECREF(p);
        } else if (Py_IsInitialized()) {
          nb::gil_scoped_acquire gil;
          Py_DECREF(p);
        }
      }) {}
  nb::handle get() const { return object_.get(); }

private:
  std::shared_ptr<PyObject> object_;
};

/// Stands for an object of a Python subclass inside the library.
struct PythonProxy {
  SharedObject object;
  explicit PythonProxy(nb::handle h) : object(h) {}
  virtual ~PythonProxy() = default;
};

template <class Base> using Clone = xyz::polymorphic<Base> (*)(const Base &);

template <class Base> std::unordered_map<std::type_index, Clone<Base>> &clone_table() {
  static std::unordered_map<std::type_index, Clone<Base>> table;
  return table;
}

/// Let objects of class `T` be given where one of `Bases` is wanted.
template <class T, class... Bases> void register_model() {
  (clone_table<Bases>().emplace(
       typeid(T), [](const Bases &x) { return xyz::polymorphic<Bases>(static_cast<const T &>(x)); }),
   ...);
}

/// Let Python subclasses, whose C++ side is `Trampoline`, be given where one of `Bases` is wanted.
template <class Trampoline, class Proxy, class... Bases> void register_python_model() {
  (clone_table<Bases>().emplace(typeid(Trampoline),
                                [](const Bases &x) {
                                  const auto &instance = static_cast<const Trampoline &>(x);
                                  return xyz::polymorphic<Bases>(Proxy(instance, instance.nb_trampoline.base()));
                                }),
   ...);
  register_model<Proxy, Bases...>();
}

template <class Base> xyz::polymorphic<Base> clone(const Base &object) {
  const auto entry = clone_table<Base>().find(typeid(object));
  if (entry == clone_table<Base>().end())
    throw nb::type_error("this object cannot be given to a model: its C++ class is not known to the bindings");
  return entry->second(object);
}

/// The model that Python gave where there is no signature to check it. Raises TypeError naming it.
template <class Base> const Base &model_from_python(nb::handle value, const std::string &name) {
  Base *model = nullptr;
  if (value.is_none() || !nb::try_cast(value, model) || !model) {
    const nb::handle type = nb::type<Base>();
    const std::string given =
        value.is_none() ? "None" : nb::cast<std::string>(value.type().attr("__name__"));
    throw nb::type_error(
        fmt::format("{}: expected {}, got {}", name, nb::cast<std::string>(type.attr("__name__")), given).c_str());
  }
  return *model;
}

/// Whether Python gets a copy of a model's part instead of the part itself, as a change of it would break the model.
template <class Base> bool shown_as_copy(const Base &) { return false; }
/// Products of spaces can grow.
template <> bool shown_as_copy(const Manifold &space);

/// Take a model out of its owner. If Python refers to it, its wrapper becomes its owner.
template <class Base> void retire(xyz::polymorphic<Base> &&model) {
  if (model.valueless_after_move())
    return;
  const nb::object wrapper = nb::find(*model);
  if (!wrapper.is_valid())
    return;
  auto *kept = new xyz::polymorphic<Base>(std::move(model));
  nb::keep_alive_cb(wrapper, kept, [](void *p) noexcept { delete static_cast<xyz::polymorphic<Base> *>(p); });
}

} // namespace aligator::python

namespace nanobind::detail {

template <class Base> struct type_caster<xyz::polymorphic<Base>> {
  using BaseCaster = make_caster<Base>;
  static constexpr auto Name = BaseCaster::Name;
  template <class> using Cast = xyz::polymorphic<Base>;

  bool from_python(handle src, uint32_t flags, cleanup_list *cleanup) noexcept {
    if (src.is_none())
      return false;
    BaseCaster caster;
    if (!caster.from_python(src, flags_for_local_caster<Base>(flags), cleanup))
      return false;
    object = caster.operator Base *();
    return object != nullptr;
  }
  template <class> bool can_cast() const noexcept { return object != nullptr; }
  operator xyz::polymorphic<Base>() const { return aligator::python::clone<Base>(*object); }

  static handle from_cpp(const xyz::polymorphic<Base> &value, rv_policy policy, cleanup_list *cleanup) noexcept {
    if (value.valueless_after_move())
      return none().release();
    if (const auto *proxy = dynamic_cast<const aligator::python::PythonProxy *>(&*value))
      return proxy->object.get().inc_ref();
    if (policy == rv_policy::automatic || policy == rv_policy::automatic_reference || policy == rv_policy::move ||
        aligator::python::shown_as_copy<Base>(*value))
      policy = rv_policy::copy;
    return BaseCaster::from_cpp(const_cast<Base *>(&*value), policy, cleanup);
  }

private:
  const Base *object = nullptr;
};

} // namespace nanobind::detail
