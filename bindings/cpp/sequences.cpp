#include "sequences.hpp"

#include "module.hpp"

#include <unordered_map>

namespace aligator::python {

namespace {

// Under the GIL.
std::unordered_map<const void *, std::weak_ptr<Exported>> &exported_containers() {
  static std::unordered_map<const void *, std::weak_ptr<Exported>> table;
  return table;
}

} // namespace

Exported::~Exported() {
  if (container)
    exported_containers().erase(container);
}

std::shared_ptr<Exported> find_exported(const void *container) {
  const auto entry = exported_containers().find(container);
  return entry == exported_containers().end() ? nullptr : entry->second.lock();
}

void Exported::keep(std::shared_ptr<void> memory) {
  exported_containers().erase(std::exchange(container, nullptr));
  kept = std::move(memory);
}

std::shared_ptr<Exported> mark_exported(const void *container) {
  auto mark = find_exported(container);
  if (!mark) {
    mark = std::make_shared<Exported>(container);
    exported_containers()[container] = mark;
  }
  return mark;
}

nb::object view_owner(nb::handle owner, const void *container) {
  struct Kept {
    nb::object owner;
    std::shared_ptr<Exported> mark;
  };
  return nb::capsule(new Kept{nb::borrow(owner), mark_exported(container)},
                     [](void *kept) noexcept { delete static_cast<Kept *>(kept); });
}

void Elements::insert(size_t, nb::handle) {
  throw nb::type_error("the number of elements of this sequence is fixed: elements can be exchanged, not added");
}

void Elements::erase(size_t) {
  throw nb::type_error("the number of elements of this sequence is fixed: elements can be exchanged, not removed");
}

void refuse_element(size_t i, nb::handle value) {
  const std::string given = value.is_none() ? "None" : nb::cast<std::string>(value.type().attr("__name__"));
  throw nb::type_error(("element " + std::to_string(i) + ": cannot be a " + given).c_str());
}

nb::object sequence_of(const char *class_name, nb::object elements) {
  return nb::module_::import_("aligator._std_vec").attr(class_name).attr("_of")(elements);
}

StdVec_Vector to_python(const Vectors &vectors) {
  nb::list items;
  for (const VectorXs &v : vectors)
    items.append(nb::cast(v));
  return sequence<StdVec_Vector>(items);
}

StdVec_Matrix to_python(const Matrices &matrices) {
  nb::list items;
  for (const MatrixXs &m : matrices)
    items.append(nb::cast(m));
  return sequence<StdVec_Matrix>(items);
}

void bind_sequences(nb::module_ &m) {
  // The container may have become shorter since Python looked at its length.
  const auto check = [](const Elements &elements, size_t i, size_t end) {
    if (i >= end)
      throw nb::index_error(("index " + std::to_string(i) + " of a sequence of " + std::to_string(elements.size()) +
                             " elements").c_str());
  };
  nb::class_<Elements>(m, "_Elements", "The elements of a container of the library, for the sequences of Python.")
      .def("__len__", &Elements::size)
      .def(
          "__getitem__",
          [check](Elements &e, size_t i) {
            check(e, i, e.size());
            return e.get(i);
          },
          "i"_a)
      .def(
          "__setitem__",
          [check](Elements &e, size_t i, nb::handle value) {
            check(e, i, e.size());
            e.set(i, value);
          },
          "i"_a, "value"_a.none())
      .def(
          "__delitem__",
          [check](Elements &e, size_t i) {
            check(e, i, e.size());
            e.erase(i);
          },
          "i"_a)
      .def(
          "insert",
          [check](Elements &e, size_t i, nb::handle value) {
            check(e, i, e.size() + 1);
            e.insert(i, value);
          },
          "i"_a, "value"_a.none())
      .def("address", [](const Elements &e) { return reinterpret_cast<std::uintptr_t>(e.address()); });
}

} // namespace aligator::python
