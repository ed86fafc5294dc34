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

/// C++ side of Python subclasses of implicit dynamics of class `Base`.
template <class Base> struct PyDynamicsOf : Base, PythonInstance {
  NB_TRAMPOLINE(Base);

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &y, Data &data) const override {
    call_override(nb_trampoline, "evaluate", true, x, u, y, data);
  }
  void computeJacobians(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &y,
                        Data &data) const override {
    call_override(nb_trampoline, "computeJacobians", true, x, u, y, data);
  }
  void computeVectorHessianProducts(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &y,
                                    const ConstVectorRef &lbda, Data &data) const override {
    call_override(nb_trampoline, "computeVectorHessianProducts", false, x, u, y, lbda, data);
  }
  std::shared_ptr<Data> createData() const override {
    auto data = create_data_override<Data>(nb_trampoline);
    return data ? data : Base::createData();
  }
};
using PyDynamics = PyDynamicsOf<Dynamics>;
using PyIntegrator = PyDynamicsOf<Integrator>;

struct DynamicsProxy final : Dynamics, PythonProxy {
  const Dynamics &target;
  DynamicsProxy(const Dynamics &target, nb::handle object)
      : Dynamics(target.space_, target.nu, target.space_next_), PythonProxy(object), target(target) {}

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &y, Data &data) const override {
    target.evaluate(x, u, y, data);
  }
  void computeJacobians(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &y,
                        Data &data) const override {
    target.computeJacobians(x, u, y, data);
  }
  void computeVectorHessianProducts(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &y,
                                    const ConstVectorRef &lbda, Data &data) const override {
    target.computeVectorHessianProducts(x, u, y, lbda, data);
  }
  std::shared_ptr<Data> createData() const override { return with_python_wrapper(target.createData()); }
};

void check_data(const Dynamics &model, const Data &data) {
  check_equal(data.ndx1, model.ndx1, "data.ndx1");
  check_equal(data.nu, model.nu, "data.nu");
  check_equal(data.ndx2, model.ndx2, "data.ndx2");
  if (const auto *integrator = dynamic_cast<const dynamics::IntegratorMidpointTpl<Scalar> *>(&model)) {
    const auto *parts = dynamic_cast<const dynamics::IntegratorMidpointDataTpl<Scalar> *>(&data);
    if (!parts)
      throw nb::type_error("data: made for a model of another class; use the model's createData()");
    python::check_data(*integrator->continuous_dynamics_, *parts->continuous_data);
  }
}

void bind_data(nb::module_ &dynamics) {
  nb::class_<Data> data(dynamics, "DynamicsData",
                        "Value and derivatives of implicit dynamics. The arrays are views of the data.");
  data.def("__init__",
           [](Data *self, int ndx1, int nu, int ndx2) {
             for (const auto &[size, name] : {std::pair(ndx1, "ndx1"), std::pair(nu, "nu"), std::pair(ndx2, "ndx2")})
               check_dimension(size, name);
             new (self) Data(ndx1, nu, ndx2);
           },
           "ndx1"_a, "nu"_a, "ndx2"_a)
      .def(nb::init<const Dynamics &>(), "model"_a, "Of the sizes of this model.");
  def_print_address<Data>(data);
  def_array<Data>(data, "value", [](Data &d) -> VectorXs & { return d.value_; }, "Residual, (ndx2,).");
  def_array<Data>(data, "jac_buffer", [](Data &d) -> MatrixXs & { return d.jac_buffer_; },
                  "Jacobian in (x, u, y), (ndx2, ndx1 + nu + ndx2).");
  def_array<Data>(data, "Hxx", [](Data &d) -> MatrixXs & { return d.Hxx_; }, "Vector-Hessian product, (ndx1, ndx1).");
  def_array<Data>(data, "Hxu", [](Data &d) -> MatrixXs & { return d.Hxu_; }, "Vector-Hessian product, (ndx1, nu).");
  def_array<Data>(data, "Hxy", [](Data &d) -> MatrixXs & { return d.Hxy_; }, "Vector-Hessian product, (ndx1, ndx2).");
  def_array<Data>(data, "Huu", [](Data &d) -> MatrixXs & { return d.Huu_; }, "Vector-Hessian product, (nu, nu).");
  def_array<Data>(data, "Huy", [](Data &d) -> MatrixXs & { return d.Huy_; }, "Vector-Hessian product, (nu, ndx2).");
  def_array<Data>(data, "Hyy", [](Data &d) -> MatrixXs & { return d.Hyy_; }, "Vector-Hessian product, (ndx2, ndx2).");
  def_array<Data>(data, "Jx", [](Data &d) -> MatrixRef & { return d.Jx_; }, "Jacobian in x, (ndx2, ndx1).");
  def_array<Data>(data, "Ju", [](Data &d) -> MatrixRef & { return d.Ju_; }, "Jacobian in u, (ndx2, nu).");
  def_array<Data>(data, "Jy", [](Data &d) -> MatrixRef & { return d.Jy_; }, "Jacobian in the next state, (ndx2, ndx2).");
  nb::class_<IntegratorData, Data>(dynamics, "IntegratorData", "Data of implicit integrators.")
      .def(nb::init<const Integrator &>(), "integrator"_a)
      .def_rw("continuous_data", &IntegratorData::continuous_data, "Data of the continuous dynamics.");
  nb::class_<dynamics::IntegratorMidpointDataTpl<Scalar>, IntegratorData>(dynamics, "IntegratorMidpointData",
                                                                          "Data of IntegratorMidpoint.");
}

} // namespace

void bind_implicit_dynamics(nb::module_ &m, nb::module_ &dynamics) {
  const auto compute = [](bool jacobians, const Dynamics &f, const VectorArg &x, const VectorArg &u, const VectorArg &y,
                          Data &data) {
    if (defined_in_python(f))
      raise_not_implemented(jacobians ? "DynamicsModel.computeJacobians" : "DynamicsModel.evaluate");
    const VectorXs xv = state_arg(x, f.space()), uv = u.as("u", f.nu), next = state_arg(y, f.space_next(), "y");
    check_data(f, data);
    jacobians ? f.computeJacobians(xv, uv, next, data) : f.evaluate(xv, uv, next, data);
  };
  nb::class_<Dynamics, PyDynamics> cls(
      dynamics, "DynamicsModel",
      "Implicit discrete dynamics f(x, u, x') = 0. A subclass in Python defines evaluate(x, u, y, data) and "
      "computeJacobians(x, u, y, data), which write into data.value, data.Jx, data.Ju and data.Jy. Stages take explicit "
      "dynamics only; these serve rollout_implicit().");
  nb::class_<Integrator, Dynamics, PyIntegrator> integrator(
      dynamics, "IntegratorAbstract",
      "Implicit dynamics made from continuous ones. A subclass in Python defines evaluate(x, u, y, data) and "
      "computeJacobians(x, u, y, data), which call the continuous dynamics with data.continuous_data.");
  bind_data(dynamics);
  def_getinitargs(cls);
  cls.def(nb::init<PolyManifold, int>(), "space"_a, "nu"_a)
      .def(nb::init<PolyManifold, int, PolyManifold>(), "space"_a, "nu"_a, "space_next"_a)
      .def(
          "evaluate",
          [compute](const Dynamics &f, const VectorArg &x, const VectorArg &u, const VectorArg &y, Data &data) {
            compute(false, f, x, u, y, data);
          },
          "x"_a, "u"_a, "y"_a, "data"_a, "Write the residual into data.value. x, y: (nx,), u: (nu,).")
      .def(
          "computeJacobians",
          [compute](const Dynamics &f, const VectorArg &x, const VectorArg &u, const VectorArg &y, Data &data) {
            compute(true, f, x, u, y, data);
          },
          "x"_a, "u"_a, "y"_a, "data"_a, "Write the Jacobians into data.Jx, data.Ju, data.Jy. Call evaluate() first.")
      .def(
          "computeVectorHessianProducts",
          [](const Dynamics &f, const VectorArg &x, const VectorArg &u, const VectorArg &y, const VectorArg &lbda,
             Data &data) {
            if (defined_in_python(f))
              return;
            const VectorXs xv = state_arg(x, f.space()), uv = u.as("u", f.nu), next = state_arg(y, f.space_next(), "y");
            const VectorXs lv = lbda.as("lbda", f.ndx2);
            check_data(f, data);
            f.computeVectorHessianProducts(xv, uv, next, lv, data);
          },
          "x"_a, "u"_a, "y"_a, "lbda"_a, "data"_a,
          "Write the Hessian of lbda . f into data.Hxx and its like, where the model defines it. lbda: (ndx2,).")
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

  def_getinitargs(integrator);
  integrator.def(nb::init<const xyz::polymorphic<ContinuousDynamics> &>(), "cont_dynamics"_a)
      .def(
          "createData",
          [](const Integrator &f) { return defined_in_python(f) ? f.Integrator::createData() : f.createData(); },
          "A data object for this integrator.")
      .def_prop_rw(
          "continuous_dynamics", [](const Integrator &f) -> const auto & { return f.continuous_dynamics_; },
          [](Integrator &f, const xyz::polymorphic<ContinuousDynamics> &model) {
            const ContinuousDynamics &old = *f.continuous_dynamics_;
            check_equal(model->space().nx(), old.space().nx(), "continuous_dynamics.space.nx");
            check_equal(model->ndx(), old.ndx(), "continuous_dynamics.ndx");
            check_equal(model->nu(), old.nu(), "continuous_dynamics.nu");
            retire(std::exchange(f.continuous_dynamics_, model));
          },
          "The continuous dynamics.");
  register_python_model<PyIntegrator, DynamicsProxy, Dynamics>();
  using Midpoint = dynamics::IntegratorMidpointTpl<Scalar>;
  nb::class_<Midpoint, Integrator>(dynamics, "IntegratorMidpoint",
                                   "Implicit midpoint rule: f holds halfway between x and the next state.")
      .def("__init__",
           [](Midpoint *self, const xyz::polymorphic<ContinuousDynamics> &dae, Scalar timestep) {
             new (self) Midpoint(dae, timestep_arg(timestep));
           },
           "dae"_a, "timestep"_a)
      .def_prop_rw(
          "timestep", [](const Midpoint &f) { return f.timestep_; },
          [](Midpoint &f, Scalar timestep) { f.timestep_ = timestep_arg(timestep); }, "Time step, in seconds.");
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
