#include "checks.hpp"
#include "copying.hpp"
#include "explicit_dynamics.hpp"
#include "module.hpp"
#include "trampolines.hpp"

#include <aligator/modelling/linear-discrete-dynamics.hpp>
#include <aligator/modelling/dynamics/linear-ode.hpp>
#include <aligator/modelling/dynamics/wheeled-inverted-pendulum.hpp>
#include <sstream>

namespace aligator::python {

namespace {

using PolyManifold = xyz::polymorphic<Manifold>;

// ---- continuous time ----

struct PyContinuousDynamics : ContinuousDynamics, PythonInstance {
  NB_TRAMPOLINE(ContinuousDynamics);

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &xdot,
                Data &data) const override {
    call_override(nb_trampoline, "evaluate", true, x, u, xdot, data);
  }
  void computeJacobians(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &xdot,
                        Data &data) const override {
    call_override(nb_trampoline, "computeJacobians", true, x, u, xdot, data);
  }
  std::shared_ptr<Data> createData() const override {
    auto data = create_data_override<Data>(nb_trampoline);
    return data ? data : ContinuousDynamics::createData();
  }
};

struct ContinuousDynamicsProxy final : ContinuousDynamics, PythonProxy {
  const ContinuousDynamics &target;
  ContinuousDynamicsProxy(const ContinuousDynamics &target, nb::handle object)
      : ContinuousDynamics(target.space_, target.nu()), PythonProxy(object), target(target) {}

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &xdot,
                Data &data) const override {
    target.evaluate(x, u, xdot, data);
  }
  void computeJacobians(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &xdot,
                        Data &data) const override {
    target.computeJacobians(x, u, xdot, data);
  }
  std::shared_ptr<Data> createData() const override { return with_python_wrapper(target.createData()); }
};

using PyODE = PyExplicitDynamicsOf<ODE, ODE::Data>;

struct ODEProxy final : ODE, PythonProxy {
  const ODE &target;
  ODEProxy(const ODE &target, nb::handle object)
      : ODE(target.space_, target.nu()), PythonProxy(object), target(target) {}

  void forward(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    target.forward(x, u, data);
  }
  void dForward(const ConstVectorRef &x, const ConstVectorRef &u, Data &data) const override {
    target.dForward(x, u, data);
  }
  std::shared_ptr<Data> createData() const override { return with_python_wrapper(target.createData()); }
};

void bind_continuous_dynamics(nb::module_ &dynamics) {
  using Data = ContinuousDynamicsData;
  nb::class_<Data> data(dynamics, "ContinuousDynamicsData",
                        "Value and derivatives of continuous dynamics. The arrays are views of the data.");
  data.def(nb::init<int, int>(), "ndx"_a, "nu"_a);
  def_array<Data>(data, "value", [](Data &d) -> VectorXs & { return d.value_; }, "Residual of the dynamics, (ndx,).");
  def_array<Data>(data, "xdot", [](Data &d) -> VectorXs & { return d.xdot_; }, "Time derivative of the state, (ndx,).");
  def_array<Data>(data, "Jx", [](Data &d) -> MatrixXs & { return d.Jx_; }, "Jacobian in x, (ndx, ndx).");
  def_array<Data>(data, "Ju", [](Data &d) -> MatrixXs & { return d.Ju_; }, "Jacobian in u, (ndx, nu).");
  def_array<Data>(data, "Jxdot", [](Data &d) -> MatrixXs & { return d.Jxdot_; },
                  "Jacobian of the residual in xdot, (ndx, ndx).");
  dynamics.attr("ODEData") = data;

  nb::class_<ContinuousDynamics, PyContinuousDynamics> cls(
      dynamics, "ContinuousDynamicsAbstract",
      "Continuous dynamics f(x, u, xdot) = 0. A subclass in Python defines evaluate(x, u, xdot, data) and "
      "computeJacobians(x, u, xdot, data), which write into data.value, data.Jx, data.Ju and data.Jxdot.");
  def_getinitargs(cls);
  cls.def(nb::init<PolyManifold, int>(), "space"_a, "nu"_a)
      .def(
          "evaluate",
          [](const ContinuousDynamics &f, const VectorArg &x, const VectorArg &u, const VectorArg &xdot, Data &data) {
            if (dynamic_cast<const PyContinuousDynamics *>(&f))
              raise_not_implemented("ContinuousDynamicsAbstract.evaluate");
            const VectorXs xv = state_arg(x, *f.space_), uv = u.as("u", f.nu()), v = xdot.as("xdot", f.ndx());
            check_data(f, data);
            f.evaluate(xv, uv, v, data);
          },
          "x"_a, "u"_a, "xdot"_a, "data"_a, "Write the residual into data.value. x: (nx,), u: (nu,), xdot: (ndx,).")
      .def(
          "computeJacobians",
          [](const ContinuousDynamics &f, const VectorArg &x, const VectorArg &u, const VectorArg &xdot, Data &data) {
            if (dynamic_cast<const PyContinuousDynamics *>(&f))
              raise_not_implemented("ContinuousDynamicsAbstract.computeJacobians");
            const VectorXs xv = state_arg(x, *f.space_), uv = u.as("u", f.nu()), v = xdot.as("xdot", f.ndx());
            check_data(f, data);
            f.computeJacobians(xv, uv, v, data);
          },
          "x"_a, "u"_a, "xdot"_a, "data"_a, "Write the Jacobians into data.Jx, data.Ju, data.Jxdot.")
      .def(
          "createData",
          [](const ContinuousDynamics &f) {
            return defined_in_python(f) ? f.ContinuousDynamics::createData() : f.createData();
          },
          "A data object for these dynamics.")
      .def_ro("space", &ContinuousDynamics::space_, "The state space.")
      .def_prop_ro("ndx", &ContinuousDynamics::ndx, "Tangent dimension of the state space.")
      .def_prop_ro("nu", &ContinuousDynamics::nu, "Control dimension.");
  register_python_model<PyContinuousDynamics, ContinuousDynamicsProxy, ContinuousDynamics>();

  const auto forward = [](bool derivatives, const ODE &f, const VectorArg &x, const VectorArg &u, Data &data) {
    if (defined_in_python(f))
      raise_not_implemented(derivatives ? "ODEAbstract.dForward" : "ODEAbstract.forward");
    const VectorXs xv = state_arg(x, *f.space_), uv = u.as("u", f.nu());
    check_data(f, data);
    derivatives ? f.dForward(xv, uv, data) : f.forward(xv, uv, data);
  };
  nb::class_<ODE, ContinuousDynamics, PyODE>(
      dynamics, "ODEAbstract",
      "Ordinary differential equation xdot = f(x, u). A subclass in Python defines forward(x, u, data) and "
      "dForward(x, u, data), which write into data.xdot, data.Jx and data.Ju.")
      .def(nb::init<PolyManifold, int>(), "space"_a, "nu"_a)
      .def(
          "forward",
          [forward](const ODE &f, const VectorArg &x, const VectorArg &u, Data &data) { forward(false, f, x, u, data); },
          "x"_a, "u"_a, "data"_a, "Write f(x, u) into data.xdot. x: (nx,), u: (nu,).")
      .def(
          "dForward",
          [forward](const ODE &f, const VectorArg &x, const VectorArg &u, Data &data) { forward(true, f, x, u, data); },
          "x"_a, "u"_a, "data"_a, "Write the Jacobians into data.Jx and data.Ju. Call forward() first.");
  register_python_model<PyODE, ODEProxy, ODE, ContinuousDynamics>();

  using Linear = dynamics::LinearODETpl<Scalar>;
  nb::class_<Linear, ODE> linear(dynamics, "LinearODE", "xdot = A x + B u + c. A: (nx, nx), B: (nx, nu), c: (nx,).");
  linear
      .def("__init__",
           [](Linear *self, const MatrixArg &A, const MatrixArg &B, const VectorArg &c) {
             const MatrixXs Am = A.as("A");
             check_equal(Am.cols(), Am.rows(), "A: number of columns");
             new (self) Linear(Am, B.as("B", Am.rows()), c.as("c", Am.rows()));
           },
           "A"_a, "B"_a, "c"_a)
      .def("__init__",
           [](Linear *self, const PolyManifold &space, const MatrixArg &A, const MatrixArg &B, const VectorArg &c) {
             const int n = space->ndx();
             check_equal(space->nx(), n, "space: dimension of points (A multiplies them)");
             new (self) Linear(space, A.as("A", n, n), B.as("B", n), c.as("c", n));
           },
           "space"_a, "A"_a, "B"_a, "c"_a);
  def_array<Linear>(linear, "A", [](Linear &f) -> MatrixXs & { return f.A_; }, "State matrix, (nx, nx).");
  def_array<Linear>(linear, "B", [](Linear &f) -> MatrixXs & { return f.B_; }, "Control matrix, (nx, nu).");
  def_array<Linear>(linear, "c", [](Linear &f) -> VectorXs & { return f.c_; }, "Drift, (nx,).");
  register_model<Linear, ODE, ContinuousDynamics>();

  using Wheeled = dynamics::WheeledInvertedPendulumDynamicsTpl<Scalar>;
  nb::class_<Wheeled, ODE>(dynamics, "WheeledInvertedPendulumDynamics",
                           "A pendulum on two wheels. x = (forward velocity, yaw rate, tilt, tilt rate, yaw, position x, y), "
                           "u = (forward acceleration, yaw acceleration).")
      .def("__init__",
           [](Wheeled *self, Scalar gravity, Scalar length) {
             if (!(length > 0))
               raise_value_error("length: expected a number > 0, got {}", length);
             new (self) Wheeled(gravity, length);
           },
           "gravity"_a, "length"_a, "gravity in m/s^2, length in m.");
  register_model<Wheeled, ODE, ContinuousDynamics>();
}

// ---- discrete time ----

using PyExplicitDynamics = PyExplicitDynamicsOf<ExplicitDynamics>;

void bind_explicit_dynamics(nb::module_ &m, nb::module_ &dynamics) {
  using Data = ExplicitDynamicsData;
  nb::class_<Data> data(m, "ExplicitDynamicsData",
                        "Next state and derivatives of explicit dynamics. The arrays are views of the data.");
  data.def(nb::init<const ExplicitDynamics &>(), "model"_a);
  def_array<Data>(data, "xnext", [](Data &d) -> VectorXs & { return d.xnext_; }, "Next state, (nx,).");
  def_array<Data>(data, "jac_buffer", [](Data &d) -> MatrixXs & { return d.jac_buffer_; },
                  "Jacobian in (x, u), (ndx, ndx + nu).");
  def_array<Data>(data, "Jx", [](Data &d) { return d.Jx(); }, "Jacobian in x, (ndx, ndx).");
  def_array<Data>(data, "Ju", [](Data &d) { return d.Ju(); }, "Jacobian in u, (ndx, nu).");
  def_array<Data>(data, "Jtmp_xnext", [](Data &d) -> MatrixXs & { return d.Jtmp_xnext; }, "Buffer, (ndx, ndx).");
  def_array<Data>(data, "Hxx", [](Data &d) -> MatrixXs & { return d.Hxx_; }, "Vector-Hessian product, (ndx, ndx).");
  def_array<Data>(data, "Hxu", [](Data &d) -> MatrixXs & { return d.Hxu_; }, "Vector-Hessian product, (ndx, nu).");
  def_array<Data>(data, "Huu", [](Data &d) -> MatrixXs & { return d.Huu_; }, "Vector-Hessian product, (nu, nu).");
  data.def("__repr__", [](const Data &d) { return (std::ostringstream() << d).str(); });

  const auto forward = [](bool derivatives, const ExplicitDynamics &f, const VectorArg &x, const VectorArg &u,
                          Data &data) {
    if (defined_in_python(f))
      raise_not_implemented(derivatives ? "ExplicitDynamicsModel.dForward" : "ExplicitDynamicsModel.forward");
    const VectorXs xv = state_arg(x, f.space()), uv = u.as("u", f.nu);
    check_data(f, data);
    derivatives ? f.dForward(xv, uv, data) : f.forward(xv, uv, data);
  };
  nb::class_<ExplicitDynamics, PyExplicitDynamics> cls(
      m, "ExplicitDynamicsModel",
      "Discrete dynamics x' = f(x, u). A subclass in Python defines forward(x, u, data) and dForward(x, u, data), which "
      "write into data.xnext, data.Jx and data.Ju.");
  def_getinitargs(cls);
  cls.def(nb::init<const PolyManifold &, int>(), "space"_a, "nu"_a)
      .def(
          "forward",
          [forward](const ExplicitDynamics &f, const VectorArg &x, const VectorArg &u, Data &data) {
            forward(false, f, x, u, data);
          },
          "x"_a, "u"_a, "data"_a, "Write the next state into data.xnext. x: (nx,), u: (nu,).")
      .def(
          "dForward",
          [forward](const ExplicitDynamics &f, const VectorArg &x, const VectorArg &u, Data &data) {
            forward(true, f, x, u, data);
          },
          "x"_a, "u"_a, "data"_a, "Write the Jacobians into data.Jx and data.Ju. Call forward() first.")
      .def(
          "createData",
          [](const ExplicitDynamics &f) {
            return defined_in_python(f) ? f.ExplicitDynamics::createData() : f.createData();
          },
          "A data object for these dynamics.")
      .def_ro("space", &ExplicitDynamics::space_, "The state space.")
      .def_ro("space_next", &ExplicitDynamics::space_next_, "The space of the next state.")
      .def_prop_ro("nx1", &ExplicitDynamics::nx1, "Dimension of the representation of states.")
      .def_prop_ro("ndx1", &ExplicitDynamics::ndx1, "Tangent dimension of the state space.")
      .def_prop_ro("nx2", &ExplicitDynamics::nx2, "The same for the next state.")
      .def_prop_ro("ndx2", &ExplicitDynamics::ndx2, "The same for the next state.")
      .def_ro("nu", &ExplicitDynamics::nu, "Control dimension.");
  register_python_model<PyExplicitDynamics, ExplicitDynamicsProxy, ExplicitDynamics>();

  using Linear = dynamics::LinearDiscreteDynamicsTpl<Scalar>;
  nb::class_<Linear, ExplicitDynamics> linear(dynamics, "LinearDiscreteDynamics",
                                              "x' = A x + B u + c. A: (nx, nx), B: (nx, nu), c: (nx,).");
  linear.def("__init__",
             [](Linear *self, const MatrixArg &A, const MatrixArg &B, const VectorArg &c) {
               const MatrixXs Am = A.as("A");
               check_equal(Am.cols(), Am.rows(), "A: number of columns");
               new (self) Linear(Am, B.as("B", Am.rows()), c.as("c", Am.rows()));
             },
             "A"_a, "B"_a, "c"_a);
  // Constants, of which data objects have copies.
  def_constant<Linear>(linear, "A", [](const Linear &f) -> auto & { return f.A_; }, "State matrix, (nx, nx).");
  def_constant<Linear>(linear, "B", [](const Linear &f) -> auto & { return f.B_; }, "Control matrix, (nx, nu).");
  def_constant<Linear>(linear, "c", [](const Linear &f) -> auto & { return f.c_; }, "Drift, (nx,).");
  register_model<Linear, ExplicitDynamics>();
}

} // namespace

void bind_dynamics(nb::module_ &m, nb::module_ &dynamics) {
  bind_continuous_dynamics(dynamics);
  bind_explicit_dynamics(m, dynamics);
  for (const char *name : {"ExplicitDynamicsModel", "ExplicitDynamicsData"})
    dynamics.attr(name) = m.attr(name); // where the official module has them
}

} // namespace aligator::python
