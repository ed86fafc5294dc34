#include "checks.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "trampolines.hpp"

#include <nanobind/stl/vector.h>
#include <sstream>

namespace aligator::python {

namespace {

struct PyStageFunction : StageFunction, PythonInstance {
  NB_TRAMPOLINE(StageFunction);

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    call_override(nb_trampoline, "evaluate", true, x, u, data);
  }
  void computeJacobians(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    call_override(nb_trampoline, "computeJacobians", true, x, u, data);
  }
  void computeVectorHessianProducts(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &lbda,
                                    Data &data) const override {
    call_override(nb_trampoline, "computeVectorHessianProducts", false, x, u, lbda, data);
  }
  std::shared_ptr<Data> createData() const override {
    auto data = create_data_override<Data>(nb_trampoline);
    return data ? data : StageFunction::createData();
  }
};

struct StageFunctionProxy final : StageFunction, PythonProxy {
  const StageFunction &target;
  StageFunctionProxy(const StageFunction &target, nb::handle object)
      : StageFunction(target.ndx1, target.nu, target.nr), PythonProxy(object), target(target) {}

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    target.evaluate(x, u, data);
  }
  void computeJacobians(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    target.computeJacobians(x, u, data);
  }
  void computeVectorHessianProducts(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &lbda,
                                    Data &data) const override {
    target.computeVectorHessianProducts(x, u, lbda, data);
  }
  std::shared_ptr<Data> createData() const override { return with_python_wrapper(target.createData()); }
};

struct PyUnaryFunction : UnaryFunction, PythonInstance {
  NB_TRAMPOLINE(UnaryFunction);
  using UnaryFunction::computeJacobians;
  using UnaryFunction::computeVectorHessianProducts;
  using UnaryFunction::evaluate;

  void evaluate(const ConstVectorRef &x, Data &data) const override {
    call_override(nb_trampoline, "evaluate", true, x, data);
  }
  void computeJacobians(const ConstVectorRef &x, Data &data) const override {
    call_override(nb_trampoline, "computeJacobians", true, x, data);
  }
  void computeVectorHessianProducts(const ConstVectorRef &x, const ConstVectorRef &lbda, Data &data) const override {
    call_override(nb_trampoline, "computeVectorHessianProducts", false, x, lbda, data);
  }
  std::shared_ptr<Data> createData() const override {
    auto data = create_data_override<Data>(nb_trampoline);
    return data ? data : UnaryFunction::createData();
  }
};

struct UnaryFunctionProxy final : UnaryFunction, PythonProxy {
  const UnaryFunction &target;
  UnaryFunctionProxy(const UnaryFunction &target, nb::handle object)
      : UnaryFunction(target.ndx1, target.nu, target.nr), PythonProxy(object), target(target) {}
  using UnaryFunction::computeJacobians;
  using UnaryFunction::computeVectorHessianProducts;
  using UnaryFunction::evaluate;

  void evaluate(const ConstVectorRef &x, Data &data) const override { target.evaluate(x, data); }
  void computeJacobians(const ConstVectorRef &x, Data &data) const override { target.computeJacobians(x, data); }
  void computeVectorHessianProducts(const ConstVectorRef &x, const ConstVectorRef &lbda, Data &data) const override {
    target.computeVectorHessianProducts(x, lbda, data);
  }
  std::shared_ptr<Data> createData() const override { return with_python_wrapper(target.createData()); }
};

VectorXs function_state(const StageFunction &f, const VectorArg &arg) {
  const VectorXs x = arg.as("x");
  const int smallest = smallest_state_size(f);
  if (x.size() < smallest)
    raise_value_error("x: expected an array of at least {} entries, got {}", smallest, x.size());
  return x;
}

void bind_data(nb::module_ &m) {
  using Data = StageFunctionData;
  nb::class_<Data> cls(m, "StageFunctionData",
                       "Value and derivatives of a function f(x, u) of codimension nr. The arrays are views of the "
                       "data: write into them to fill it.");
  cls.def("__init__",
          [](Data *self, int ndx, int nu, int nr) {
            for (const auto &[size, name] : {std::pair(ndx, "ndx"), std::pair(nu, "nu"), std::pair(nr, "nr")})
              check_dimension(size, name);
            new (self) Data(ndx, nu, nr);
          },
          "ndx"_a, "nu"_a, "nr"_a)
      .def(nb::init<const StageFunction &>(), "model"_a, "Of the sizes of this function.");
  def_array<Data>(cls, "value", [](Data &d) -> VectorRef & { return d.valref_; }, "Function value, shape (nr,).");
  def_array<Data>(cls, "jac_buffer", [](Data &d) -> MatrixXs & { return d.jac_buffer_; },
                  "Jacobian with respect to (x, u), shape (nr, ndx + nu).");
  def_array<Data>(cls, "vhp_buffer", [](Data &d) -> MatrixXs & { return d.vhp_buffer_; },
                  "Vector-Hessian product with respect to (x, u), shape (ndx + nu, ndx + nu).");
  def_array<Data>(cls, "Jx", [](Data &d) -> MatrixRef & { return d.Jx_; },
                  "Jacobian with respect to x (tangent), shape (nr, ndx).");
  def_array<Data>(cls, "Ju", [](Data &d) -> MatrixRef & { return d.Ju_; }, "Jacobian with respect to u, shape (nr, nu).");
  def_array<Data>(cls, "Hxx", [](Data &d) -> MatrixRef & { return d.Hxx_; }, "Block (x, x), shape (ndx, ndx).");
  def_array<Data>(cls, "Hxu", [](Data &d) -> MatrixRef & { return d.Hxu_; }, "Block (x, u), shape (ndx, nu).");
  def_array<Data>(cls, "Huu", [](Data &d) -> MatrixRef & { return d.Huu_; }, "Block (u, u), shape (nu, nu).");
  cls.def("__repr__", [](const Data &d) { return (std::ostringstream() << d).str(); });
  def_print_address<Data>(cls);
}

} // namespace

void bind_functions(nb::module_ &m) {
  nb::class_<StageFunction, PyStageFunction> cls(
      m, "StageFunction",
      "A vector-valued function f(x, u) of a stage. A subclass in Python defines evaluate(x, u, data) and "
      "computeJacobians(x, u, data), which write into data.value, data.Jx and data.Ju.");
  bind_data(m);
  def_getinitargs(cls);
  cls.def(nb::init<int, int, int>(), "ndx"_a, "nu"_a, "nr"_a,
           "A function of x (tangent dimension ndx) and u (dimension nu) with nr values.")
      .def(
          "evaluate",
          [](const StageFunction &f, const VectorArg &x, const VectorArg &u, StageFunctionData &data) {
            if (defined_in_python(f))
              raise_not_implemented("StageFunction.evaluate");
            const VectorXs xv = function_state(f, x), uv = u.as("u", f.nu);
            check_data(f, data);
            f.evaluate(xv, uv, data);
          },
          "x"_a, "u"_a, "data"_a, "Write f(x, u) into data.value. x: (nx,), u: (nu,).")
      .def(
          "computeJacobians",
          [](const StageFunction &f, const VectorArg &x, const VectorArg &u, StageFunctionData &data) {
            if (defined_in_python(f))
              raise_not_implemented("StageFunction.computeJacobians");
            const VectorXs xv = function_state(f, x), uv = u.as("u", f.nu);
            check_data(f, data);
            f.computeJacobians(xv, uv, data);
          },
          "x"_a, "u"_a, "data"_a, "Write the Jacobians into data.Jx (nr, ndx) and data.Ju (nr, nu). Call evaluate() first.")
      .def(
          "computeVectorHessianProducts",
          [](const StageFunction &f, const VectorArg &x, const VectorArg &u, const VectorArg &lbda,
             StageFunctionData &data) {
            if (defined_in_python(f))
              return;
            const VectorXs xv = function_state(f, x), uv = u.as("u", f.nu), lv = lbda.as("lbda", f.nr);
            check_data(f, data);
            f.computeVectorHessianProducts(xv, uv, lv, data);
          },
          "x"_a, "u"_a, "lbda"_a, "data"_a, "Write the Hessian of lbda . f into data.vhp_buffer. lbda: (nr,).")
      .def(
          "createData",
          [](const StageFunction &f) {
            return defined_in_python(f) ? f.StageFunction::createData() : f.createData();
          },
          "A data object for this function.")
      .def_ro("ndx1", &StageFunction::ndx1, "Tangent dimension of the state space.")
      .def_ro("nu", &StageFunction::nu, "Control dimension.")
      .def_ro("nr", &StageFunction::nr, "Number of values.");
  register_python_model<PyStageFunction, StageFunctionProxy, StageFunction>();

  nb::class_<UnaryFunction, StageFunction, PyUnaryFunction>(
      m, "UnaryFunction",
      "A vector-valued function f(x) of the state only. A subclass in Python defines evaluate(x, data) and "
      "computeJacobians(x, data).")
      .def(nb::init<int, int, int>(), "ndx1"_a, "nu"_a, "nr"_a)
      .def(
          "evaluate",
          [](const UnaryFunction &f, const VectorArg &x, StageFunctionData &data) {
            if (defined_in_python(f))
              raise_not_implemented("UnaryFunction.evaluate");
            const VectorXs xv = function_state(f, x);
            check_data(f, data);
            f.evaluate(xv, data);
          },
          "x"_a, "data"_a, "Write f(x) into data.value. x: (nx,).")
      .def(
          "evaluate",
          [](const UnaryFunction &f, const VectorArg &x, const VectorArg &u, StageFunctionData &data) {
            const VectorXs xv = function_state(f, x), uv = u.as("u");
            check_data(f, data);
            static_cast<const StageFunction &>(f).evaluate(xv, uv, data);
          },
          "x"_a, "u"_a, "data"_a, "The same; u is ignored.")
      .def(
          "computeJacobians",
          [](const UnaryFunction &f, const VectorArg &x, StageFunctionData &data) {
            if (defined_in_python(f))
              raise_not_implemented("UnaryFunction.computeJacobians");
            const VectorXs xv = function_state(f, x);
            check_data(f, data);
            f.computeJacobians(xv, data);
          },
          "x"_a, "data"_a, "Write the Jacobian into data.Jx (nr, ndx). Call evaluate() first.")
      .def(
          "computeJacobians",
          [](const UnaryFunction &f, const VectorArg &x, const VectorArg &u, StageFunctionData &data) {
            const VectorXs xv = function_state(f, x), uv = u.as("u");
            check_data(f, data);
            static_cast<const StageFunction &>(f).computeJacobians(xv, uv, data);
          },
          "x"_a, "u"_a, "data"_a, "The same; u is ignored.")
      .def(
          "computeVectorHessianProducts",
          [](const UnaryFunction &f, const VectorArg &x, const VectorArg &lbda, StageFunctionData &data) {
            if (defined_in_python(f))
              return;
            const VectorXs xv = function_state(f, x), lv = lbda.as("lbda", f.nr);
            check_data(f, data);
            f.computeVectorHessianProducts(xv, lv, data);
          },
          "x"_a, "lbda"_a, "data"_a, "Write the Hessian of lbda . f into data.Hxx. lbda: (nr,).")
      .def(
          "computeVectorHessianProducts",
          [](const UnaryFunction &f, const VectorArg &x, const VectorArg &u, const VectorArg &lbda,
             StageFunctionData &data) {
            const VectorXs xv = function_state(f, x), uv = u.as("u"), lv = lbda.as("lbda", f.nr);
            check_data(f, data);
            static_cast<const StageFunction &>(f).computeVectorHessianProducts(xv, uv, lv, data);
          },
          "x"_a, "u"_a, "lbda"_a, "data"_a, "The same; u is ignored.");
  register_python_model<PyUnaryFunction, UnaryFunctionProxy, StageFunction, UnaryFunction>();
}

} // namespace aligator::python
