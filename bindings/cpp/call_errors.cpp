/// Nanobind answers a call that fits no signature with a list of all signatures. Here every function is called through
/// one that has aligator._call_errors put the reason in words instead. Calls that succeed cost one jump more.
#include "call_errors.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace aligator::python {

namespace {

using Call = PyObject *(*)(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *names);

/// Nanobind's own ways of calling a function, of which it has a handful.
constexpr size_t MOST_CALLS = 16;
std::array<Call, MOST_CALLS> original{};

void explain(nb::handle function, PyObject *const *args, size_t nargsf, PyObject *names) {
  if (!PyErr_ExceptionMatches(PyExc_TypeError))
    return;
  nb::python_error error; // takes the exception
  try {
    if (std::string_view(nb::str(error.value()).c_str()).find("incompatible function arguments") != std::string_view::npos) {
      const size_t positional = std::uint32_t(nargsf); // above are flags of CPython and of nanobind
      nb::list values;
      nb::dict keywords;
      for (size_t i = 0; i < positional; ++i)
        values.append(nb::borrow(args[i]));
      for (size_t i = 0; names && i < nb::len(names); ++i)
        keywords[PyTuple_GET_ITEM(names, i)] = nb::borrow(args[positional + i]);
      const nb::object text =
          nb::module_::import_("aligator._call_errors").attr("explain")(function, nb::tuple(values), keywords);
      if (!text.is_none()) {
        PyErr_SetObject(PyExc_TypeError, text.ptr());
        return;
      }
    }
  } catch (std::exception &) {
    // no explanation: the original error
  }
  error.restore();
}

template <size_t I> PyObject *call(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *names) {
  PyObject *result = original[I](function, args, nargsf, names);
  if (!result)
    explain(function, args, nargsf, names);
  return result;
}

template <size_t... I> constexpr std::array<Call, MOST_CALLS> make_calls(std::index_sequence<I...>) {
  return {call<I>...};
}
constexpr std::array<Call, MOST_CALLS> explaining = make_calls(std::make_index_sequence<MOST_CALLS>());

bool is_function(nb::handle object) {
  const auto name = nb::cast<std::string>(nb::repr(object.type()));
  return name == "<class 'nanobind.nb_func'>" || name == "<class 'nanobind.nb_method'>";
}

void wrap(nb::handle function) {
  if (!is_function(function))
    return;
  // Where CPython keeps how an object is called.
  auto &slot = *reinterpret_cast<Call *>(reinterpret_cast<char *>(function.ptr()) +
                                         reinterpret_cast<PyTypeObject *>(function.type().ptr())->tp_vectorcall_offset);
  for (size_t i = 0; i < MOST_CALLS && slot != explaining[i]; ++i) {
    if (!original[i])
      original[i] = slot;
    if (original[i] == slot) {
      slot = explaining[i];
      return;
    }
  }
}

void wrap_all(nb::handle owner) {
  nb::dict members; // a copy: classes show their members through a proxy
  members.update(owner.attr("__dict__"));
  for (auto [name, member] : members) {
    wrap(member);
    if (PyObject_TypeCheck(member.ptr(), &PyProperty_Type)) {
      wrap(member.attr("fget"));
      wrap(member.attr("fset"));
    } else if (PyType_Check(member.ptr()) && nb::type_check(member)) {
      wrap_all(member);
    }
  }
}

} // namespace

void explain_call_errors(nb::module_ &m) {
  m.def("_is_initialized", [](nb::handle object) { return !nb::inst_check(object) || nb::inst_ready(object); });
  wrap_all(m);
  for (auto [name, member] : nb::dict(m.attr("__dict__")))
    if (PyModule_Check(member.ptr()))
      wrap_all(member);
}

} // namespace aligator::python
