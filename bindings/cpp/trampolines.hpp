/// Calls from the library into methods of Python subclasses. They may come from threads that do not hold the GIL.
#pragma once

#include "arrays.hpp"
#include "polymorphic.hpp"

#include <nanobind/trampoline.h>

namespace aligator::python {

/// Arrays go to Python as copies, so that Python code may keep them.
inline nb::object to_python_argument(const ConstVectorRef &x) { return nb::cast(VectorXs(x)); }
template <class Data> nb::object to_python_argument(Data &data) { return nb::cast(&data, nb::rv_policy::reference); }

/// Call the Python method `name` if the subclass defines it; return whether it does. If `required`, raise where it does
/// not.
template <class... Args>
bool call_override(const nb::detail::trampoline &self, const char *name, bool required, Args &...args) {
  nb::detail::ticket ticket(self, name, nb::detail::str_hash(name), required);
  if (!ticket.key.is_valid())
    return false;
  self.base().attr(ticket.key)(to_python_argument(args)...);
  return true;
}

/// Result of the Python method createData() if the subclass defines one.
template <class Data> std::shared_ptr<Data> create_data_override(const nb::detail::trampoline &self) {
  nb::detail::ticket ticket(self, "createData", nb::detail::str_hash("createData"), false);
  if (!ticket.key.is_valid())
    return nullptr;
  nb::object result = self.base().attr(ticket.key)();
  std::shared_ptr<Data> data;
  if (result.is_none() || !nb::try_cast(result, data))
    throw nb::type_error("createData(): must return a data object of the model's kind");
  return data;
}

/// Tie the Python wrapper of a data object to the data itself: the methods of Python subclasses then get the same
/// wrapper at every call, and one that stays valid if they keep it.
template <class Data> std::shared_ptr<Data> with_python_wrapper(std::shared_ptr<Data> data) {
  struct Tie {
    std::shared_ptr<Data> data;
    SharedObject wrapper;
  };
  nb::gil_scoped_acquire gil;
  auto *raw = data.get();
  nb::object wrapper = nb::cast(data);
  auto tie = std::make_shared<Tie>(Tie{std::move(data), SharedObject(wrapper)});
  return std::shared_ptr<Data>(tie, raw);
}

template <class Model> bool defined_in_python(const Model &model) {
  return dynamic_cast<const PythonInstance *>(&model) != nullptr;
}

} // namespace aligator::python
