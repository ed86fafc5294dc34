#include "cost_map.hpp"

namespace aligator::python {

void bind_map_entries(nb::module_ &m) {
  nb::class_<MapEntries>(m, "_MapEntries", "What is in a map of the library, for the maps of Python.")
      .def("__len__", &MapEntries::size)
      .def("__contains__", &MapEntries::contains, "key"_a)
      .def("__getitem__", &MapEntries::get, "key"_a)
      .def("__setitem__", &MapEntries::set, "key"_a, "value"_a.none())
      .def("__delitem__", &MapEntries::erase, "key"_a)
      .def("keys", &MapEntries::keys);
}

CostMap cost_map(std::unique_ptr<MapEntries> entries) {
  const nb::object items = nb::cast(entries.release(), nb::rv_policy::take_ownership);
  return nb::borrow<CostMap>(nb::module_::import_("aligator._cost_map").attr("CostMap").attr("_of")(items));
}

} // namespace aligator::python
