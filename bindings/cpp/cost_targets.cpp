/// Costs whose targets change: setting them in a whole problem, and what the gradients do then.
#include "being_solved.hpp"
#include "checks.hpp"
#include "module.hpp"
#include "new_array.hpp"

#include <aligator/core/stage-data.hpp>
#include <aligator/core/stage-model.hpp>
#include <aligator/core/traj-opt-data.hpp>
#include <aligator/modelling/costs/quad-state-cost.hpp>
#include <aligator/modelling/costs/sum-of-costs.hpp>
#include <aligator/modelling/multibody/frame-translation.hpp>
#include <functional>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>

namespace aligator::python {

namespace {

using Stack = CostStackTpl<Scalar>;
using StackData = CostStackDataTpl<Scalar>;
using Cost = QuadraticResidualCostTpl<Scalar>;
using StateCost = QuadraticStateCostTpl<Scalar>;
using ControlCost = QuadraticControlCostTpl<Scalar>;
using StateError = StateErrorResidualTpl<Scalar>;
using ControlError = ControlErrorResidualTpl<Scalar>;
using FrameTranslation = FrameTranslationResidualTpl<Scalar>;

/// A quadratic cost in a stack, and its share of it.
struct Component {
  Cost *cost = nullptr;
  Scalar weight = 0;
};

/// The component of this name; none if there is none.
Component component(CostAbstract &cost, const std::string &name) {
  auto *stack = dynamic_cast<Stack *>(&cost);
  if (!stack)
    return {};
  const auto found = stack->components_.find(name);
  if (found == stack->components_.end())
    return {};
  CostAbstract &given = *found->second.first;
  const std::type_info &kind = typeid(given);
  if (kind != typeid(Cost) && kind != typeid(StateCost) && kind != typeid(ControlCost))
    raise_value_error("{}: expected a QuadraticStateCost, QuadraticControlCost or QuadraticResidualCost", name);
  return {static_cast<Cost *>(&given), found->second.second};
}

/// The target of a residual of a kind that has one; a residual of another kind is refused.
Eigen::Ref<VectorXs> target_of(StageFunction &residual, const std::string &name) {
  const std::type_info &kind = typeid(residual);
  if (kind == typeid(StateError))
    return static_cast<StateError &>(residual).target_;
  if (kind == typeid(ControlError))
    return static_cast<ControlError &>(residual).target_;
  if (kind == typeid(FrameTranslation))
    return static_cast<FrameTranslation &>(residual).p_ref_;
  raise_value_error("{}: expected a cost of a state, of a control or of a FrameTranslationResidual", name);
}

/// Call with every component of this name, and its number of stage (that of stages for the end).
void for_each(TrajOptProblem &problem, const std::string &name,
              const std::function<void(size_t, CostAbstract &, const Component &)> &call) {
  bool any = false;
  const auto look = [&](size_t t, CostAbstract &stack) {
    if (const Component found = component(stack, name); found.cost) {
      any = true;
      call(t, stack, found);
    }
  };
  const size_t horizon = problem.numSteps();
  for (size_t t = 0; t < horizon; ++t)
    look(t, *problem.stages_[t]->cost_);
  look(horizon, *problem.term_cost_);
  if (!any)
    raise_value_error("{}: expected the name of a component of a CostStack of the problem", name);
}

void set_cost_targets(TrajOptProblem &problem, const std::map<std::string, VectorArg> &targets) {
  check_problem(problem);
  check_not_being_solved(problem);
  for (const auto &[name, given] : targets) {
    const VectorXs target = given.as(name.c_str());
    for_each(problem, name, [&, &name = name](size_t, CostAbstract &, const Component &found) {
      Eigen::Ref<VectorXs> old = target_of(*found.cost->residual_, name);
      check_equal(target.size(), old.size(), name);
      old = target;
    });
  }
}

/// Forward differences over the targets of one component, the trajectory held fixed.
class ByTargets {
public:
  ByTargets(const MatrixXs &ahead, const VectorXs &steps, const std::string &name)
      : ahead_(ahead.transpose()), steps_(steps), name_(name) {}

  /// Add d l_x / dp (ndx, n_p) and d l_u / dp (nu, n_p) of one component at x, u.
  void add(const Component &component, StageFunctionData &data, const VectorXs &x, const VectorXs &u,
           Eigen::Ref<RowMatrix> l_xp, Eigen::Ref<RowMatrix> l_up) {
    StageFunction &residual = *component.cost->residual_;
    const MatrixXs &weights = component.cost->weights_;
    const VectorXs own = target_of(residual, name_);
    check_equal(ahead_.rows(), own.size(), name_);
    residual.evaluate(x, u, data);
    residual.computeJacobians(x, u, data);
    if (typeid(residual) == typeid(StateError)) {
      const Manifold &space = *static_cast<StateError &>(residual).space_;
      if (typeid(space) != typeid(VectorSpaceTpl<Scalar>)) {
        add_on_manifold(space, component.weight, weights, own, data, x, l_xp);
        return;
      }
    }
    // r is affine in the target and its Jacobian constant: d (J^T W r) / dp = -J^T W dtarget / dp
    slopes_ = ahead_.colwise() - own;
    for (Eigen::Index k = 0; k < steps_.size(); ++k)
      slopes_.col(k) *= -component.weight / steps_[k];
    weighted_.noalias() = weights * slopes_;
    l_xp.noalias() += data.Jx_.transpose() * weighted_;
    if (l_up.rows())
      l_up.noalias() += data.Ju_.transpose() * weighted_;
  }

private:
  /// J^T W (x (-) target) at each of the targets ahead, less what it is at the own.
  void add_on_manifold(const Manifold &space, Scalar weight, const MatrixXs &weights, const VectorXs &own,
                       StageFunctionData &data, const VectorXs &x, Eigen::Ref<RowMatrix> l_xp) {
    weighted_.noalias() = weights * data.value_;
    here_.noalias() = data.Jx_.transpose() * weighted_;
    for (Eigen::Index k = 0; k < steps_.size(); ++k) {
      if (ahead_.col(k) == own)
        continue;
      space.difference(ahead_.col(k), x, data.value_);
      space.Jdifference(ahead_.col(k), x, data.Jx_, 1);
      weighted_.noalias() = weights * data.value_;
      ahead_gradient_.noalias() = data.Jx_.transpose() * weighted_;
      l_xp.col(k) += weight / steps_[k] * (ahead_gradient_ - here_);
    }
  }

  const MatrixXs ahead_;
  const VectorXs &steps_;
  const std::string &name_;
  MatrixXs slopes_, weighted_, here_, ahead_gradient_;
};

nb::tuple gradients_by_targets(TrajOptProblem &problem, const VectorsArg &xs_arg, const VectorsArg &us_arg,
                               TrajOptData &data, const std::map<std::string, MatrixArg> &targets,
                               const VectorArg &steps_arg) {
  const size_t horizon = problem.numSteps();
  if (horizon == 0)
    raise_value_error("problem: it has no stages");
  check_equal(long(data.stage_data.size()), long(horizon), "data: number of stages");
  const Vectors xs = xs_arg.as("xs"), us = us_arg.as("us");
  check_trajectory(problem, xs, us, "xs", "us");
  const VectorXs steps = steps_arg.as("steps");
  if (!(steps.array() > 0).all())
    raise_value_error("steps: expected numbers > 0");
  const int ndx = problem.term_cost_->ndx(), nu = problem.stages_[0]->nu();
  for (const auto &stage : problem.stages_)
    if (stage->ndx1() != ndx || stage->nu() != nu)
      raise_value_error("problem: expected stages of one size, ndx = {} and nu = {}", ndx, nu);
  const ArrayOut l_xp = new_array(horizon + 1, ndx, steps.size()), l_up = new_array(horizon, nu, steps.size());
  const VectorXs none = VectorXs::Zero(problem.term_cost_->nu); // as the library has it
  RowMatrix no_control(0, steps.size());
  for (const auto &[name, given] : targets) {
    ByTargets by(given.as(name.c_str(), steps.size()), steps, name);
    for_each(problem, name, [&, &name = name](size_t t, CostAbstract &stack, const Component &found) {
      const bool end = t == horizon;
      CostData &stack_data = end ? *data.term_cost_data : *data.stage_data[t]->cost_data;
      check_data(stack, stack_data); // no more than what is used: all of it takes as long as the derivatives
      CostData &own = *static_cast<StackData &>(stack_data).sub_cost_data.at(name);
      StageFunctionData &residual = *static_cast<CompositeCostDataTpl<Scalar> &>(own).residual_data;
      if (end)
        by.add(found, residual, xs[t], none, slice(l_xp, t), no_control);
      else
        by.add(found, residual, xs[t], us[t], slice(l_xp, t), slice(l_up, t));
    });
  }
  return nb::make_tuple(l_xp, l_up);
}

} // namespace

void bind_cost_targets(nb::module_ &extras) {
  extras.def("setCostTargets", &set_cost_targets, "problem"_a, "targets"_a,
             "Set targets by the names of components of the CostStacks of all stages and of the end, wherever there is one "
             "of that name: quadratic costs of a state, of a control or of a FrameTranslationResidual.");
  extras.def("gradientsByTargets", &gradients_by_targets, "problem"_a, "xs"_a, "us"_a, "data"_a, "targets"_a, "steps"_a,
             "How the cost's gradients along a trajectory change with n_p parameters that change nothing but targets (see "
             "setCostTargets): by x (N + 1, ndx, n_p) and u (N, nu, n_p). targets: by name, those with each parameter moved by "
             "its step, (n_p, size of the target). Forward differences; exact but for a state on a manifold. `data` is "
             "written into.");
}

} // namespace aligator::python
