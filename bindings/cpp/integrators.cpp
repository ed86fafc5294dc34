#include "checks.hpp"
#include "module.hpp"
#include "polymorphic.hpp"

#include <aligator/modelling/dynamics/integrator-euler.hpp>
#include <aligator/modelling/dynamics/integrator-explicit.hpp>
#include <aligator/modelling/dynamics/integrator-rk2.hpp>
#include <aligator/modelling/dynamics/integrator-semi-euler.hpp>

namespace aligator::python {

namespace {

using Integrator = dynamics::ExplicitIntegratorAbstractTpl<Scalar>;
using IntegratorData = dynamics::ExplicitIntegratorDataTpl<Scalar>;

template <class T> void bind_integrator(nb::module_ &m, const char *name, const char *doc) {
  nb::class_<T, Integrator>(m, name, doc)
      .def("__init__",
           [](T *self, const xyz::polymorphic<ODE> &cont_dynamics, Scalar timestep) {
             if (!(timestep > 0) || !std::isfinite(timestep))
               raise_value_error("timestep: expected a positive number of seconds, got {}", timestep);
             new (self) T(cont_dynamics, timestep);
           },
           "cont_dynamics"_a, "timestep"_a)
      .def_rw("timestep", &T::timestep_, "Time step, in seconds.");
  register_model<T, ExplicitDynamics>();
}

} // namespace

void bind_integrators(nb::module_ &, nb::module_ &m) {
  nb::class_<Integrator, ExplicitDynamics>(m, "ExplicitIntegratorAbstract",
                                           "Discrete dynamics made from an ODE by an explicit integration scheme.")
      .def_ro("differential_dynamics", &Integrator::ode_, "The ODE.");
  nb::class_<IntegratorData, ExplicitDynamicsData> data(m, "ExplicitIntegratorData", "Data of explicit integrators.");
  data.def_ro("continuous_data", &IntegratorData::continuous_data, "Data of the ODE.");
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
