#include "checks.hpp"
#include "being_solved.hpp"
#include "copying.hpp"
#include "explicit_dynamics.hpp"
#include "module.hpp"

#include <aligator/modelling/dynamics/integrator-euler.hpp>
#include <aligator/modelling/dynamics/integrator-explicit.hpp>
#include <aligator/modelling/dynamics/integrator-rk2.hpp>
#include <aligator/modelling/dynamics/integrator-semi-euler.hpp>

namespace aligator::python {

namespace {

using Integrator = dynamics::ExplicitIntegratorAbstractTpl<Scalar>;
using PyIntegrator = PyExplicitDynamicsOf<Integrator>;
using IntegratorData = dynamics::ExplicitIntegratorDataTpl<Scalar>;

template <class T> void bind_integrator(nb::module_ &m, const char *name, const char *doc) {
  nb::class_<T, Integrator>(m, name, doc)
      .def("__init__",
           [](T *self, const xyz::polymorphic<ODE> &ode, Scalar timestep) {
             new (self) T(ode, timestep_arg(timestep));
           },
           "ode"_a, "timestep"_a)
      .def_prop_rw(
          "timestep", [](const T &f) { return f.timestep_; },
          [](T &f, Scalar timestep) { f.timestep_ = timestep_arg(timestep); }, "Time step, in seconds.");
  register_model<T, ExplicitDynamics>();
}

} // namespace

void bind_integrators(nb::module_ &, nb::module_ &m) {
  nb::class_<Integrator, ExplicitDynamics, PyIntegrator> cls(
      m, "ExplicitIntegratorAbstract",
      "Discrete dynamics made from an ODE by an explicit integration scheme. A subclass in Python defines forward(x, u, "
      "data) and dForward(x, u, data), which call the ODE with data.continuous_data.");
  nb::class_<IntegratorData, ExplicitDynamicsData> data(m, "ExplicitIntegratorData", "Data of explicit integrators.");
  data.def(nb::init<const Integrator &>(), "integrator"_a)
      .def_rw("continuous_data", &IntegratorData::continuous_data, "Data of the ODE.");
  def_getinitargs(cls);
  cls.def(nb::init<const xyz::polymorphic<ODE> &>(), "cont_dynamics"_a)
      .def(
          "createData",
          [](const Integrator &f) { return defined_in_python(f) ? f.Integrator::createData() : f.createData(); },
          "A data object for this integrator.")
      .def_prop_rw(
          "differential_dynamics", [](const Integrator &f) -> const auto & { return f.ode_; },
          [](Integrator &f, const xyz::polymorphic<ODE> &ode) {
            check_not_being_solved(f);
            check_equal(ode->space().nx(), f.ode_->space().nx(), "differential_dynamics.nx");
            check_equal(ode->ndx(), f.ode_->ndx(), "differential_dynamics.ndx");
            check_equal(ode->nu(), f.ode_->nu(), "differential_dynamics.nu");
            retire(std::exchange(f.ode_, ode));
          },
          "The ODE.");
  register_python_model<PyIntegrator, ExplicitDynamicsProxy, ExplicitDynamics>();
  def_array<IntegratorData>(data, "dx", [](IntegratorData &d) -> VectorXs & { return d.dx_; },
                            "Step from x to the next state, (ndx,).");

  bind_integrator<dynamics::IntegratorEulerTpl<Scalar>>(m, "IntegratorEuler",
                                                        "Explicit Euler: x' = x (+) timestep f(x, u).");
  bind_integrator<dynamics::IntegratorSemiImplEulerTpl<Scalar>>(
      m, "IntegratorSemiImplEuler",
      "Semi-implicit Euler: the velocity is stepped first, and the new one steps the position.");
  bind_integrator<dynamics::IntegratorRK2Tpl<Scalar>>(m, "IntegratorRK2", "Second-order Runge-Kutta (midpoint) scheme.");
  nb::class_<dynamics::IntegratorSemiImplDataTpl<Scalar>, IntegratorData>(m, "IntegratorSemiImplData",
                                                                          "Data of IntegratorSemiImplEuler.");
  nb::class_<dynamics::IntegratorRK2DataTpl<Scalar>, IntegratorData>(m, "IntegratorRK2Data", "Data of IntegratorRK2.");
}

} // namespace aligator::python
