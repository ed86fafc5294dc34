#include "checks.hpp"
#include "copying.hpp"
#include "rollout.hpp"
#include "trampolines.hpp"

#include <aligator/modelling/dynamics/integrator-midpoint.hpp>
#include <aligator/utils/forward-dyn.hpp>

namespace aligator::python {

namespace {

using Dynamics = context::DynamicsModel;
using Data = context::DynamicsData;
using Integrator = dynamics::IntegratorAbstractTpl<Scalar>;
using IntegratorData = dynamics::IntegratorDataTpl<Scalar>;
using PolyManifold = xyz::polymorphic<Manifold>;

struct PyDynamics : Dynamics, PythonInstance {
  NB_TRAMPOLINE(Dynamics);

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &xn, Data &data) const override {
    call_override(nb_trampoline, "evaluate", true, x, u, xn, data);
  }
  void computeJacobians(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &xn,
                        Data &data) const override {
    call_override(nb_trampoline, "computeJacobians", true, x, u, xn, data);
  }
  std::shared_ptr<Data> createData() const override {
    auto data = create_data_override<Data>(nb_trampoline);
    return data ? data : Dynamics::createData();
  }
};

struct DynamicsProxy final : Dynamics, PythonProxy {
  const Dynamics &target;
  DynamicsProxy(const Dynamics &target, nb::handle object)
      : Dynamics(target.space_, target.nu, target.space_next_), PythonProxy(object), target(target) {}

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &xn, Data &data) const override {
    target.evaluate(x, u, xn, data);
  }
  void computeJacobians(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &xn,
                        Data &data) const override {
    target.computeJacobians(x, u, xn, data);
  }
  std::shared_ptr<Data> createData() const override { return with_python_wrapper(target.createData()); }
};

void check_data(const Dynamics &model, const Data &data) {
  check_equal(data.ndx1, model.ndx1, "data.ndx1");
  check_equal(data.nu, model.nu, "data.nu");
  check_equal(data.ndx2, model.ndx2, "data.ndx2");
  if (const auto *integrator = dynamic_cast<const Integrator *>(&model)) {
    const auto *parts = dynamic_cast<const dynamics::IntegratorMidpointDataTpl<Scalar> *>(&data);
    if (!parts)
      throw nb::type_error("data: made for a model of another class; use the model's createData()");
    python::check_data(*integrator->continuous_dynamics_, *parts->continuous_data);
  }
}

void bind_data(nb::module_ &dynamics) {
  nb::class_<Data> data(dynamics, "DynamicsData",
                        "Value and derivatives of implicit dynamics. The arrays are views of the data.");
  data.def(nb::init<int, int, int>(), "ndx1"_a, "nu"_a, "ndx2"_a);
  def_array<Data>(data, "value", [](Data &d) -> VectorXs & { return d.value_; }, "Residual, (ndx2,).");
  def_array<Data>(data, "Jx", [](Data &d) -> MatrixRef & { return d.Jx_; }, "Jacobian in x, (ndx2, ndx1).");
  def_array<Data>(data, "Ju", [](Data &d) -> MatrixRef & { return d.Ju_; }, "Jacobian in u, (ndx2, nu).");
  def_array<Data>(data, "Jy", [](Data &d) -> MatrixRef & { return d.Jy_; }, "Jacobian in the next state, (ndx2, ndx2).");
  nb::class_<IntegratorData, Data>(dynamics, "IntegratorData", "Data of implicit integrators.")
      .def_ro("continuous_data", &IntegratorData::continuous_data, "Data of the continuous dynamics.");
  nb::class_<dynamics::IntegratorMidpointDataTpl<Scalar>, IntegratorData>(dynamics, "IntegratorMidpointData",
                                                                          "Data of IntegratorMidpoint.");
}

} // namespace

void bind_implicit_dynamics(nb::module_ &m, nb::module_ &dynamics) {
  bind_data(dynamics);
  const auto compute = [](bool jacobians, const Dynamics &f, const VectorArg &x, const VectorArg &u, const VectorArg &xn,
                          Data &data) {
    if (defined_in_python(f))
      raise_not_implemented(jacobians ? "DynamicsModel.computeJacobians" : "DynamicsModel.evaluate");
    const VectorXs xv = state_arg(x, f.space()), uv = u.as("u", f.nu), next = state_arg(xn, f.space_next(), "xn");
    check_data(f, data);
    jacobians ? f.computeJacobians(xv, uv, next, data) : f.evaluate(xv, uv, next, data);
  };
  nb::class_<Dynamics, PyDynamics> cls(
      dynamics, "DynamicsModel",
      "Implicit discrete dynamics f(x, u, x') = 0. A subclass in Python defines evaluate(x, u, xn, data) and "
      "computeJacobians(x, u, xn, data), which write into data.value, data.Jx, data.Ju and data.Jy. Stages take explicit "
      "dynamics only; these serve rollout_implicit().");
  def_getinitargs(cls);
  cls.def(nb::init<PolyManifold, int>(), "space"_a, "nu"_a)
      .def(nb::init<PolyManifold, int, PolyManifold>(), "space"_a, "nu"_a, "space_next"_a)
      .def(
          "evaluate",
          [compute](const Dynamics &f, const VectorArg &x, const VectorArg &u, const VectorArg &xn, Data &data) {
            compute(false, f, x, u, xn, data);
          },
          "x"_a, "u"_a, "xn"_a, "data"_a, "Write the residual into data.value. x, xn: (nx,), u: (nu,).")
      .def(
          "computeJacobians",
          [compute](const Dynamics &f, const VectorArg &x, const VectorArg &u, const VectorArg &xn, Data &data) {
            compute(true, f, x, u, xn, data);
          },
          "x"_a, "u"_a, "xn"_a, "data"_a, "Write the Jacobians into data.Jx, data.Ju, data.Jy. Call evaluate() first.")
      .def(
          "createData",
          [](const Dynamics &f) { return defined_in_python(f) ? f.Dynamics::createData() : f.createData(); },
          "A data object for these dynamics.")
      .def_ro("space", &Dynamics::space_, "The state space.")
      .def_ro("space_next", &Dynamics::space_next_, "The space of the next state.")
      .def_prop_ro("nx1", &Dynamics::nx1, "Dimension of the representation of states.")
      .def_prop_ro("nx2", &Dynamics::nx2, "The same for the next state.")
      .def_ro("ndx1", &Dynamics::ndx1, "Tangent dimension of the state space.")
      .def_ro("nu", &Dynamics::nu, "Control dimension.")
      .def_ro("ndx2", &Dynamics::ndx2, "Tangent dimension of the space of the next state.")
      .def_prop_ro("isExplicit", &Dynamics::isExplicit, "False: explicit dynamics are another class.");
  register_python_model<PyDynamics, DynamicsProxy, Dynamics>();

  nb::class_<Integrator, Dynamics>(dynamics, "IntegratorAbstract", "Implicit dynamics made from continuous ones.")
      .def_ro("continuous_dynamics", &Integrator::continuous_dynamics_, "The continuous dynamics.");
  using Midpoint = dynamics::IntegratorMidpointTpl<Scalar>;
  nb::class_<Midpoint, Integrator>(dynamics, "IntegratorMidpoint",
                                   "Implicit midpoint rule: f holds halfway between x and the next state.")
      .def("__init__",
           [](Midpoint *self, const xyz::polymorphic<ContinuousDynamics> &dae, Scalar timestep) {
             if (!(timestep > 0) || !std::isfinite(timestep))
               raise_value_error("timestep: expected a positive number of seconds, got {}", timestep);
             new (self) Midpoint(dae, timestep);
           },
           "dae"_a, "timestep"_a)
      .def_rw("timestep", &Midpoint::timestep_, "Time step, in seconds.");
  register_model<Midpoint, Dynamics>();

  // The library's Newton iteration for f(x, u, x') = 0, from x' = x.
  bind_rollouts<Dynamics>(m, "rollout_implicit",
                          [](const Dynamics &f, const VectorXs &x, const VectorXs &u, Data &data) {
                            VectorXs next = x;
                            forwardDynamics(f, x, u, data, next);
                            return next;
                          });
}

} // namespace aligator::python
