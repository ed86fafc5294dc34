#include "being_solved.hpp"
#include "checks.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "polymorphic.hpp"

#include <aligator/modelling/costs/composite-costs.hpp>
#include <aligator/modelling/costs/log-residual-cost.hpp>
#include <aligator/modelling/costs/quad-residual-cost.hpp>
#include <aligator/modelling/costs/quad-state-cost.hpp>
#include <aligator/modelling/costs/relaxed-log-barrier.hpp>

namespace aligator::python {

namespace {

using PolyManifold = xyz::polymorphic<Manifold>;
using PolyFunction = xyz::polymorphic<StageFunction>;

/// The residual of a cost, which can be exchanged for one of the same sizes.
template <class Cost, class Class> void def_residual(Class &cls) {
  cls.def_prop_rw(
      "residual", [](const Cost &c) -> const PolyFunction & { return c.residual_; },
      [](Cost &c, const PolyFunction &residual) {
        check_not_being_solved(c);
        check_same_sizes(*residual, *c.residual_, "residual");
        check_function_input(*residual, *c.space, c.nu, "residual");
        retire(std::exchange(c.residual_, residual));
      },
      "The residual.");
}

/// The same where the cost relies on the residual's class.
template <class Cost, class Residual, class Class> void def_residual_of_class(Class &cls) {
  cls.def_prop_rw(
      "residual", [](const Cost &c) -> const PolyFunction & { return c.residual_; },
      [](Cost &c, const Residual &residual) {
        check_not_being_solved(c);
        check_same_sizes(residual, *c.residual_, "residual");
        check_function_input(residual, *c.space, c.nu, "residual");
        retire(std::exchange(c.residual_, PolyFunction(residual)));
      },
      "The residual.");
}

/// The target of the residual inside a cost, as a view that stays valid when the cost gets another residual.
template <class Residual, class Cost> ArrayView target_view(nb::pointer_and_handle<Cost> self) {
  const nb::object residual = nb::cast(self.p->residual_, nb::rv_policy::reference_internal, self.h);
  return view(static_cast<Residual &>(*self.p->residual_).target_, residual);
}

void bind_quadratic_residual_costs(nb::module_ &m) {
  using Cost = QuadraticResidualCostTpl<Scalar>;
  nb::class_<Cost, CostAbstract> cls(m, "QuadraticResidualCost",
                                     "1/2 r' weights r for a residual r(x, u). weights: (nr, nr).");
  cls.def("__init__",
          [](Cost *self, const PolyManifold &space, const PolyFunction &function, const MatrixArg &weights) {
            check_function_input(*function, *space, function->nu, "function");
            new (self) Cost(space, function, weights.as("weights", function->nr, function->nr));
          },
          "space"_a, "function"_a, "weights"_a)
      .def_rw("gauss_newton", &Cost::gauss_newton, "Whether the Hessian leaves out second derivatives of the residual.");
  def_residual<Cost>(cls);
  def_array<Cost>(cls, "weights", [](Cost &c) -> MatrixXs & { return c.weights_; }, "Weights, (nr, nr).");
  def_copy<Cost>(cls);
  register_model<Cost, CostAbstract>();

  using StateCost = QuadraticStateCostTpl<Scalar>;
  nb::class_<StateCost, Cost> state(m, "QuadraticStateCost",
                                    "1/2 d' weights d for d = x (-) target. weights: (ndx, ndx).");
  state
      .def("__init__",
           [](StateCost *self, const StateErrorResidualTpl<Scalar> &resdl, const MatrixArg &weights) {
             new (self) StateCost(resdl, weights.as("weights", resdl.nr, resdl.nr));
           },
           "resdl"_a, "weights"_a)
      .def("__init__",
           [](StateCost *self, const PolyManifold &space, int nu, const VectorArg &target, const MatrixArg &weights) {
             new (self) StateCost(space, nu, target.as("target", space->nx()),
                                  weights.as("weights", space->ndx(), space->ndx()));
           },
           "space"_a, "nu"_a, "target"_a, "weights"_a)
      .def_prop_rw(
          "target", &target_view<StateErrorResidualTpl<Scalar>, StateCost>,
          [](StateCost &c, const VectorArg &x) {
            const VectorXs target = x.as("target", c.nx());
            c.setTarget(target);
          },
          "Target state, (nx,).");
  def_residual_of_class<StateCost, StateErrorResidualTpl<Scalar>>(state);
  def_copy<StateCost>(state);
  register_model<StateCost, CostAbstract>();

  using ControlCost = QuadraticControlCostTpl<Scalar>;
  nb::class_<ControlCost, Cost> control(m, "QuadraticControlCost",
                                        "1/2 d' weights d for d = u (-) target. weights: (nu, nu).");
  control
      .def("__init__",
           [](ControlCost *self, const PolyManifold &space, int nu, const MatrixArg &weights) {
             new (self) ControlCost(space, nu, weights.as("weights", nu, nu));
           },
           "space"_a, "nu"_a, "weights"_a, "With the target zero.")
      .def("__init__",
           [](ControlCost *self, const PolyManifold &space, const ControlErrorResidualTpl<Scalar> &resdl,
              const MatrixArg &weights) {
             check_function_input(resdl, *space, resdl.nu, "resdl");
             new (self) ControlCost(space, resdl, weights.as("weights", resdl.nr, resdl.nr));
           },
           "space"_a, "resdl"_a, "weights"_a)
      .def("__init__",
           [](ControlCost *self, const PolyManifold &space, const VectorArg &target, const MatrixArg &weights) {
             const VectorXs t = target.as("target");
             new (self) ControlCost(space, t, weights.as("weights", t.size(), t.size()));
           },
           "space"_a, "target"_a, "weights"_a)
      .def_prop_rw(
          "target", &target_view<ControlErrorResidualTpl<Scalar>, ControlCost>,
          [](ControlCost &c, const VectorArg &u) { c.setTarget(u.as("target", c.nu)); }, "Target control, (nu,).");
  def_residual_of_class<ControlCost, ControlErrorResidualTpl<Scalar>>(control);
  def_copy<ControlCost>(control);
  register_model<ControlCost, CostAbstract>();

  using Data = CompositeCostDataTpl<Scalar>;
  nb::class_<Data, CostData>(m, "CompositeCostData", "Data of a cost made of a residual.")
      .def(nb::init<int, int, std::shared_ptr<StageFunctionData>>(), "ndx"_a, "nu"_a, "rdata"_a)
      .def_rw("residual_data", &Data::residual_data, "Data of the residual.");
}

/// One weight for each row, or the same for all.
VectorXs barrier_weights(nb::handle weights, const char *name, int nr) {
  Scalar same;
  const VectorXs out =
      nb::try_cast(weights, same) ? VectorXs::Constant(nr, same) : vector_from_python(weights, name, nr);
  if (!(out.array() > 0).all())
    raise_value_error("{}: expected numbers > 0", name);
  return out;
}

/// The sum of w_i g_i' g_i, with g_i the i-th row of the residual's Jacobian: the second derivative of a barrier
/// sum_i w_i phi(r_i), w_i = phi''(r_i), without those of the residual.
void add_gauss_newton(const CompositeCostDataTpl<Scalar> &data, const VectorXs &second_derivatives, MatrixXs &hessian) {
  const auto J = data.residual_data->jac_buffer_.leftCols(hessian.cols());
  hessian.noalias() = J.transpose() * second_derivatives.asDiagonal() * J;
}

/// The library's cost with its Hessian, which in version 0.19.1 has the wrong sign.
struct LogResidualCost : LogResidualCostTpl<Scalar> {
  using LogResidualCostTpl::LogResidualCostTpl;
  void computeHessians(const ConstVectorRef &, const ConstVectorRef &, CostData &data) const override {
    const auto &d = static_cast<const Data &>(data);
    add_gauss_newton(d, barrier_weights_.array() / d.residual_data->value_.array().square(), data.hess_);
  }
};

/// The library's cost with its Hessian, where version 0.19.1 squares the weights and the parabola's derivative.
struct RelaxedLogBarrierCost : RelaxedLogBarrierCostTpl<Scalar> {
  using RelaxedLogBarrierCostTpl::RelaxedLogBarrierCostTpl;
  void computeHessians(const ConstVectorRef &, const ConstVectorRef &, CostData &data) const override {
    const auto &d = static_cast<const Data &>(data);
    add_gauss_newton(d, barrier_weights_.array() / d.residual_data->value_.array().max(threshold_).square(), data.hess_);
  }
};

void bind_log_costs(nb::module_ &m) {
  using LogCost = LogResidualCost;
  nb::class_<LogCost, CostAbstract> log(m, "LogResidualCost",
                                        "Barrier -sum_i w_i log(r_i) of a residual r(x, u) that must stay positive.");
  const auto make_log = [](LogCost *self, const PolyManifold &space, const PolyFunction &function, nb::handle weights,
                           const char *name) {
    check_function_input(*function, *space, function->nu, "function");
    new (self) LogCost(space, function, barrier_weights(weights, name, function->nr));
  };
  log.def("__init__",
          [make_log](LogCost *self, const PolyManifold &space, const PolyFunction &function,
                     nb::object barrier_weights) { make_log(self, space, function, barrier_weights, "barrier_weights"); },
          "space"_a, "function"_a, "barrier_weights"_a, "barrier_weights: (nr,), or one number.")
      .def("__init__",
           [make_log](LogCost *self, const PolyManifold &space, const PolyFunction &function, Scalar scale) {
             make_log(self, space, function, nb::float_(scale), "scale");
           },
           "space"_a, "function"_a, "scale"_a);
  def_residual<LogCost>(log);
  def_array<LogCost>(log, "weights", [](LogCost &c) -> VectorXs & { return c.barrier_weights_; }, "Weights, (nr,).");
  def_copy<LogCost>(log);
  register_model<LogCost, CostAbstract>();

  using Relaxed = RelaxedLogBarrierCost;
  nb::class_<Relaxed, CostAbstract> relaxed(
      m, "RelaxedLogBarrierCost",
      "Barrier -sum_i w_i log(r_i) of a residual r(x, u), continued by a parabola below the threshold.");
  relaxed
      .def("__init__",
           [](Relaxed *self, const PolyManifold &space, const PolyFunction &function, nb::object weights,
              Scalar threshold) {
             check_function_input(*function, *space, function->nu, "function");
             if (!(threshold > 0))
               raise_value_error("threshold: expected a number > 0, got {}", threshold);
             new (self) Relaxed(space, function, barrier_weights(weights, "weights", function->nr), threshold);
           },
           "space"_a, "function"_a, "weights"_a, "threshold"_a, "weights: (nr,), or one number; threshold: > 0.")
      .def_ro("threshold", &Relaxed::threshold_, "Residual below which the barrier is a parabola.");
  def_residual<Relaxed>(relaxed);
  def_array<Relaxed>(relaxed, "weights", [](Relaxed &c) -> VectorXs & { return c.barrier_weights_; }, "Weights, (nr,).");
  def_copy<Relaxed>(relaxed);
  register_model<Relaxed, CostAbstract>();
}

} // namespace

void bind_composite_costs(nb::module_ &m) {
  bind_quadratic_residual_costs(m);
  bind_log_costs(m);
}

} // namespace aligator::python
