#include "checks.hpp"
#include "module.hpp"
#include "polymorphic.hpp"
#include "slices.hpp"

#include <aligator/modelling/control-box-function.hpp>
#include <aligator/modelling/linear-function-composition.hpp>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

/// Whether it has the exact value of an integer: arrays do only if they are of one integer, and truth values are masks.
bool is_integer(nb::handle object) {
  if (nb::isinstance<nb::bool_>(object) || !PyIndex_Check(object.ptr()))
    return false;
  PyObject *index = PyNumber_Index(object.ptr());
  Py_XDECREF(index);
  PyErr_Clear();
  return index != nullptr;
}

/// Numbers too large become the largest: they are out of range all the same.
long integer(nb::handle object) { return PyNumber_AsSsize_t(object.ptr(), nullptr); }

[[noreturn]] void refuse_rows(nb::handle key) {
  throw nb::type_error(fmt::format("rows of a function: expected an index, a slice or a sequence of indices, got {}",
                                   nb::cast<std::string>(key.type().attr("__name__"))).c_str());
}

/// The rows that an index, a slice or a list of indices selects. Raises IndexError if there is no such row.
std::vector<int> selected_rows(nb::handle key, int nr) {
  const auto row = [nr](long i) {
    const long j = i < 0 ? i + nr : i;
    if (j < 0 || j >= nr)
      throw nb::index_error(fmt::format("index {} of a function with {} rows", i, nr).c_str());
    return int(j);
  };
  std::vector<int> rows;
  if (nb::isinstance<nb::slice>(key)) {
    auto [start, stop, step, length] = nb::cast<nb::slice>(key).compute(size_t(nr));
    for (size_t i = 0; i < length; ++i)
      rows.push_back(int(start + Py_ssize_t(i) * step));
  } else if (is_integer(key)) {
    rows.push_back(row(integer(key)));
  } else if (PySequence_Check(key.ptr()) && !nb::isinstance<nb::str>(key) && !nb::isinstance<nb::bytes>(key)) {
    for (nb::handle i : key) {
      if (!is_integer(i))
        refuse_rows(i);
      rows.push_back(row(integer(i)));
    }
  } else {
    refuse_rows(key);
  }
  return rows;
}

template <class Base, class... Bases> void bind_slice(nb::module_ &m, const char *name, const char *base_name) {
  using Slice = FunctionSlice<Base>;
  using PolyBase = xyz::polymorphic<Base>;
  const auto make = [](const PolyBase &func, nb::object key) { return Slice(func, selected_rows(key, func->nr)); };
  nb::class_<Slice, Base>(m, name, "Some rows of a function.")
      .def("__init__",
           [](Slice *self, const PolyBase &func, int idx) {
             new (self) Slice(func, selected_rows(nb::int_(idx), func->nr));
           },
           "func"_a, "idx"_a, "One row.")
      .def("__init__",
           [](Slice *self, const PolyBase &func, nb::object indices) {
             new (self) Slice(func, selected_rows(indices, func->nr));
           },
           "func"_a, "indices"_a, "The rows of these indices.")
      .def_prop_ro("func", [](const Slice &f) -> const PolyBase & { return f.func; }, nb::rv_policy::reference_internal,
                   "The function.")
      .def_prop_ro(
          "indices",
          [](const Slice &f) {
            using Indices = Eigen::Matrix<int, Eigen::Dynamic, 1>;
            return readonly_copy(Indices(Eigen::Map<const Indices>(f.indices.data(), Eigen::Index(f.indices.size()))));
          },
          "The indices of its rows, as an array.");
  register_model<Slice, Base, Bases...>();
  // Here, since it needs the class just bound.
  nb::object base = m.attr(base_name);
  nb::setattr(base, "__getitem__",
              nb::cpp_function(make, nb::name("__getitem__"), nb::scope(base), nb::is_method(), "key"_a.none(),
                               "Some rows of the function: by index, slice or list of indices."));
}

template <class Composition, class... Bases>
void bind_composition(nb::module_ &m, const char *name, const char *data_name, const char *doc) {
  using Base = typename Composition::Base;
  using PolyBase = xyz::polymorphic<Base>;
  const auto make = [](const PolyBase &func, const MatrixArg &A, const VectorArg &b) {
    const MatrixXs Am = A.as("A", -1, func->nr);
    return Composition(func, Am, b.as("b", Am.rows()));
  };
  nb::class_<Composition, Base> cls(m, name, doc);
  cls.def("__init__",
          [](Composition *self, const PolyBase &func, const MatrixArg &A) {
            new (self) Composition(func, A.as("A", -1, func->nr));
          },
          "func"_a, "A"_a, "With b = 0.")
      .def("__init__",
           [make](Composition *self, const PolyBase &func, const MatrixArg &A, const VectorArg &b) {
             new (self) Composition(make(func, A, b));
           },
           "func"_a, "A"_a, "b"_a)
      .def_ro("func", &Composition::func, "The function.");
  def_array<Composition>(cls, "A", [](Composition &f) -> MatrixXs & { return f.A; }, "Coefficients, (nr, func.nr).");
  def_array<Composition>(cls, "b", [](Composition &f) -> VectorXs & { return f.b; }, "Constant term, (nr,).");
  register_model<Composition, Base, Bases...>();
  nb::class_<typename Composition::Data, StageFunctionData>(m, data_name, "Data of a composed function.")
      .def_ro("sub_data", &Composition::Data::sub_data, "Data of the function.");
  m.def("linear_compose", make, "func"_a, "A"_a, "b"_a, "The function A func + b.");
}

} // namespace

void bind_function_expressions(nb::module_ &m) {
  nb::class_<FunctionSliceDataTpl<Scalar>, StageFunctionData>(m, "FunctionSliceData", "Data of a slice of a function.")
      .def_ro("sub_data", &FunctionSliceDataTpl<Scalar>::sub_data, "Data of the function.");
  bind_slice<StageFunction>(m, "StageFunctionSliceXpr", "StageFunction");
  bind_slice<UnaryFunction, StageFunction>(m, "UnaryFunctionSliceXpr", "UnaryFunction");

  bind_composition<LinearUnaryFunctionCompositionTpl<Scalar>, StageFunction>(
      m, "LinearUnaryFunctionComposition", "LinearUnaryFunctionCompositionData", "A func(x) + b.");
  bind_composition<LinearFunctionCompositionTpl<Scalar>>(m, "LinearFunctionComposition", "LinearFunctionCompositionData",
                                                         "A func(x, u) + b.");

  m.attr("LFC") = m.attr("LinearFunctionCompositionData"); // as the official module calls it

  using ControlBox = ControlBoxFunctionTpl<Scalar>;
  nb::class_<ControlBox, StageFunction>(m, "ControlBoxFunction",
                                        "(umin - u, u - umax), to lie in the negative orthant. Old: give a "
                                        "ControlErrorResidual and a BoxConstraint instead.")
      .def("__init__",
           [](ControlBox *self, int ndx, const VectorArg &umin, const VectorArg &umax) {
             const VectorXs lo = umin.as("umin");
             new (self) ControlBox(ndx, lo, umax.as("umax", lo.size()));
           },
           "ndx"_a, "umin"_a, "umax"_a)
      .def(nb::init<int, int, Scalar, Scalar>(), "ndx"_a, "nu"_a, "umin"_a, "umax"_a);
  register_model<ControlBox, StageFunction>();
}

} // namespace aligator::python
