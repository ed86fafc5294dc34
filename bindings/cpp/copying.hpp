/// copy(), copy.copy and copy.deepcopy for bound classes, and pickle from constructor arguments.
#pragma once

#include "common.hpp"

namespace aligator::python {

template <class T, class Class> void def_copy(Class &cls) {
  const auto copy = [](const T &self) { return T(self); };
  cls.def("copy", copy, "A copy.")
      .def("__copy__", copy)
      .def("__deepcopy__", [](const T &self, nb::handle) { return T(self); }, "memo"_a);
}

/// Pickle by calling the class with the arguments that `get_arguments(self)` returns as a tuple.
template <class Class, class GetArguments> void def_reduce(Class &cls, GetArguments get_arguments) {
  cls.def("__reduce__", [get_arguments](nb::handle self) { return nb::make_tuple(self.type(), get_arguments(self)); });
}

/// Pickle and copy of Python subclasses that define __getinitargs__(), as with Boost.Python.
template <class Class> void def_getinitargs(Class &cls) {
  cls.def("__reduce__", [](nb::handle self) {
    if (!nb::hasattr(self, "__getinitargs__"))
      throw nb::type_error("cannot be pickled: a Python class can define __getinitargs__() for that");
    return nb::make_tuple(self.type(), self.attr("__getinitargs__")());
  });
}

/// Print where an object is in memory.
template <class T, class Class> void def_print_address(Class &cls) {
  cls.def("printAddress", [](const T &self) { nb::print(nb::str("Address: {:#x}").format(reinterpret_cast<std::uintptr_t>(&self))); },
          "Print the address of the data.");
}

} // namespace aligator::python
