#include "checks.hpp"

#include "pinocchio_residuals.hpp"
#include "slices.hpp"

#include <aligator/core/stage-data.hpp>
#include <aligator/core/traj-opt-data.hpp>
#include <aligator/modelling/constraints.hpp>
#include <aligator/modelling/costs/composite-costs.hpp>
#include <aligator/modelling/costs/cost-direct-sum.hpp>
#include <aligator/modelling/costs/log-residual-cost.hpp>
#include <aligator/modelling/costs/quad-residual-cost.hpp>
#include <aligator/modelling/costs/relaxed-log-barrier.hpp>
#include <aligator/modelling/costs/sum-of-costs.hpp>
#include <aligator/modelling/dynamics/integrator-explicit.hpp>
#include <aligator/modelling/explicit-dynamics-direct-sum.hpp>
#include <aligator/modelling/linear-function-composition.hpp>
#include <aligator/modelling/linear-function.hpp>
#include <aligator/modelling/state-error.hpp>

namespace aligator::python {

namespace {

/// Looks into what a model has in it; none where it has nothing.
template <class Model, class Data> using InnerCheck = std::function<void(const Model &, const Data &)>;

template <class Part> bool is(const auto &model) { return dynamic_cast<const Part *>(&model); }

/// Data of the function inside a composed function, if `model` is one of class `Composed`.
template <class Composed> bool check_inner(const StageFunction &model, InnerCheck<StageFunction, StageFunctionData> &check) {
  if (is<Composed>(model))
    check = [](const StageFunction &function, const StageFunctionData &data) {
      check_data(static_cast<const StageFunction &>(*dynamic_cast<const Composed &>(function).func),
                 *static_cast<const typename Composed::Data &>(data).sub_data);
    };
  return bool(check);
}

InnerCheck<StageFunction, StageFunctionData> structural_check(const StageFunction &model) {
  InnerCheck<StageFunction, StageFunctionData> check;
  check_inner<FunctionSlice<StageFunction>>(model, check) || check_inner<FunctionSlice<UnaryFunction>>(model, check) ||
      check_inner<LinearFunctionCompositionTpl<Scalar>>(model, check) ||
      check_inner<LinearUnaryFunctionCompositionTpl<Scalar>>(model, check);
  return check;
}

template <class Cost> bool check_residual(const CostAbstract &model, InnerCheck<CostAbstract, CostData> &check) {
  if (is<Cost>(model))
    check = [](const CostAbstract &cost, const CostData &data) {
      check_data(*dynamic_cast<const Cost &>(cost).residual_,
                 *static_cast<const CompositeCostDataTpl<Scalar> &>(data).residual_data);
    };
  return bool(check);
}

void check_stack(const CostAbstract &model, const CostData &data) {
  const auto &parts = static_cast<const CostStackDataTpl<Scalar> &>(data).sub_cost_data;
  for (const auto &[key, item] : dynamic_cast<const CostStackTpl<Scalar> &>(model).components_) {
    const auto part = parts.find(key);
    if (part == parts.end())
      raise_value_error("data: made before a cost was added to the stack");
    check_data(*item.first, *part->second);
  }
}

void check_sum(const CostAbstract &model, const CostData &data) {
  const auto &sum = dynamic_cast<const DirectSumCostTpl<Scalar> &>(model);
  const auto &parts = static_cast<const DirectSumCostTpl<Scalar>::Data &>(data);
  check_data(*sum.c1_, *parts.data1_);
  check_data(*sum.c2_, *parts.data2_);
}

InnerCheck<CostAbstract, CostData> structural_check(const CostAbstract &model) {
  if (is<CostStackTpl<Scalar>>(model))
    return check_stack;
  if (is<DirectSumCostTpl<Scalar>>(model))
    return check_sum;
  InnerCheck<CostAbstract, CostData> check;
  check_residual<QuadraticResidualCostTpl<Scalar>>(model, check) ||
      check_residual<LogResidualCostTpl<Scalar>>(model, check) ||
      check_residual<RelaxedLogBarrierCostTpl<Scalar>>(model, check);
  return check;
}

InnerCheck<ContinuousDynamics, ContinuousDynamicsData> structural_check(const ContinuousDynamics &) { return {}; }

void check_integrated(const ExplicitDynamics &model, const ExplicitDynamicsData &data) {
  check_data(*dynamic_cast<const dynamics::ExplicitIntegratorAbstractTpl<Scalar> &>(model).ode_,
             *static_cast<const dynamics::ExplicitIntegratorDataTpl<Scalar> &>(data).continuous_data);
}

void check_summands(const ExplicitDynamics &model, const ExplicitDynamicsData &data) {
  const auto &sum = dynamic_cast<const DirectSumExplicitDynamicsTpl<Scalar> &>(model);
  const auto &parts = static_cast<const DirectSumExplicitDynamicsTpl<Scalar>::Data &>(data);
  check_data(*sum.f_, *parts.data1_);
  check_data(*sum.g_, *parts.data2_);
}

InnerCheck<ExplicitDynamics, ExplicitDynamicsData> structural_check(const ExplicitDynamics &model) {
  if (is<dynamics::ExplicitIntegratorAbstractTpl<Scalar>>(model))
    return check_integrated;
  if (is<DirectSumExplicitDynamicsTpl<Scalar>>(model))
    return check_summands;
  return {};
}

InnerCheck<StageModel, StageData> structural_check(const StageModel &) { return {}; }

/// What is checked of data follows from the model's class, and is found out once for each.
template <class Model, class Data> struct ChecksOfClass {
  /// Of the data objects that its models make. None of Python subclasses, which choose their own: all that C++ asks of
  /// them is the size of their arrays.
  const std::type_info *data_type = nullptr;
  InnerCheck<Model, Data> registered, structural;
};

template <class Model, class Data> const ChecksOfClass<Model, Data> &checks_of_class(const Model &model) {
  static std::unordered_map<const std::type_info *, ChecksOfClass<Model, Data>> known;
  const std::type_info *type = &typeid(model);
  const auto entry = known.find(type);
  if (entry != known.end())
    return entry->second;
  ChecksOfClass<Model, Data> checks{.structural = structural_check(model)};
  if (!is<PythonProxy>(model) && !is<PythonInstance>(model)) {
    const auto data = model.createData();
    checks.data_type = &typeid(*data);
    const auto inner = inner_checks<Model, Data>().find(*type);
    if (inner != inner_checks<Model, Data>().end())
      checks.registered = inner->second;
  }
  return known.emplace(type, std::move(checks)).first->second;
}

/// Raise unless data are of the class that the model makes; where that is the base class, of any.
template <class Model, class Data> void check_by_class(const Model &model, const Data &data) {
  const auto &checks = checks_of_class<Model, Data>(model);
  if (checks.data_type) {
    if (*checks.data_type != typeid(data) && *checks.data_type != typeid(Data))
      throw nb::type_error("data: made for a model of another class; use the model's createData()");
    if (checks.registered)
      checks.registered(model, data);
  }
  if (checks.structural)
    checks.structural(model, data);
}

std::unordered_map<std::type_index, int (*)(const StageFunction &)> &state_sizes() {
  static std::unordered_map<std::type_index, int (*)(const StageFunction &)> table;
  return table;
}

} // namespace

void register_state_size(const std::type_info &type, int (*size)(const StageFunction &)) {
  state_sizes().emplace(type, size);
}

void raise_not_implemented(const char *what) {
  PyErr_Format(PyExc_NotImplementedError, "%s: the Python subclass must define this method", what);
  throw nb::python_error();
}

std::string Name::str() const {
  const std::string own = (of_ ? of_->str() : std::string()) + text_;
  return index_ < 0 ? own : fmt::format("{}[{}]", own, index_);
}

void check_equal(long given, long expected, const Name &what) {
  if (given != expected)
    raise_value_error("{}: expected {}, got {}", what.str(), expected, given);
}

void check_dimension(long size, const char *name) {
  if (size < 0)
    raise_value_error("{}: expected a dimension >= 0, got {}", name, size);
}

Scalar timestep_arg(Scalar timestep) {
  if (!(timestep > 0) || !std::isfinite(timestep))
    raise_value_error("timestep: expected a positive number of seconds, got {}", timestep);
  return timestep;
}

VectorXs state_arg(const VectorArg &x, const Manifold &space, const char *name) { return x.as(name, space.nx()); }
VectorXs tangent_arg(const VectorArg &v, const Manifold &space, const char *name) { return v.as(name, space.ndx()); }

void check_data(const StageFunction &model, const StageFunctionData &data) {
  check_equal(data.ndx1, model.ndx1, "data.ndx1");
  check_equal(data.nu, model.nu, "data.nu");
  check_equal(data.nr, model.nr, "data.nr");
  check_by_class(model, data);
}

void check_data(const CostAbstract &model, const CostData &data) {
  check_equal(data.ndx_, model.ndx(), "data: ndx");
  check_equal(data.nu_, model.nu, "data: nu");
  check_by_class(model, data);
}

void check_data(const ContinuousDynamics &model, const ContinuousDynamicsData &data) {
  check_equal(data.Jx_.rows(), model.ndx(), "data: ndx");
  check_equal(data.Ju_.cols(), model.nu(), "data: nu");
  check_by_class(model, data);
}

void check_data(const ExplicitDynamics &model, const ExplicitDynamicsData &data) {
  check_equal(data.xnext_.size(), model.nx2(), "data: nx2");
  check_equal(data.Jx().rows(), model.ndx2(), "data: ndx2");
  check_equal(data.Jx().cols(), model.ndx1(), "data: ndx1");
  check_equal(data.Ju().cols(), model.nu, "data: nu");
  check_by_class(model, data);
}

void check_data(const StageModel &model, const StageData &data) {
  if (typeid(model) != typeid(StageModel)) // one of croc, of which the data are one object
    return check_by_class(model, data);
  check_data(model.cost(), *data.cost_data);
  check_data(*model.dynamics_, *data.dynamics_data);
  check_equal(long(data.constraint_data.size()), long(model.numConstraints()), "data: number of constraints");
  for (size_t i = 0; i < data.constraint_data.size(); ++i)
    check_data(*model.constraints_.funcs[i], *data.constraint_data[i]);
}

void check_data(const TrajOptProblem &problem, const TrajOptData &data) {
  check_equal(long(data.stage_data.size()), long(problem.numSteps()), "prob_data: number of stages");
  check_data(static_cast<const StageFunction &>(*problem.init_constraint_), *data.init_data);
  for (size_t i = 0; i < data.stage_data.size(); ++i)
    check_data(*problem.stages_[i], *data.stage_data[i]);
  check_data(*problem.term_cost_, *data.term_cost_data);
  check_equal(long(data.term_cstr_data.size()), long(problem.term_cstrs_.size()),
              "prob_data: number of terminal constraints");
  for (size_t i = 0; i < data.term_cstr_data.size(); ++i)
    check_data(*problem.term_cstrs_.funcs[i], *data.term_cstr_data[i]);
}

void check_same_sizes(const StageFunction &function, const StageFunction &old, const Name &name) {
  check_equal(function.ndx1, old.ndx1, {name, ".ndx1"});
  check_equal(function.nu, old.nu, {name, ".nu"});
  check_equal(function.nr, old.nr, {name, ".nr"});
}

int smallest_state_size(const StageFunction &function) {
  if (const auto *error = dynamic_cast<const StateErrorResidualTpl<Scalar> *>(&function))
    return error->space_->nx();
  if (const auto *linear = dynamic_cast<const LinearFunctionTpl<Scalar> *>(&function))
    return int(linear->A_.cols());
  if (const auto *slice = dynamic_cast<const FunctionSlice<StageFunction> *>(&function))
    return smallest_state_size(*slice->func);
  if (const auto *slice = dynamic_cast<const FunctionSlice<UnaryFunction> *>(&function))
    return smallest_state_size(*slice->func);
  if (const auto *composed = dynamic_cast<const LinearFunctionCompositionTpl<Scalar> *>(&function))
    return smallest_state_size(*composed->func);
  if (const auto *composed = dynamic_cast<const LinearUnaryFunctionCompositionTpl<Scalar> *>(&function))
    return smallest_state_size(*composed->func);
  const auto known = state_sizes().find(typeid(function));
  return known == state_sizes().end() ? function.ndx1 : std::max(function.ndx1, known->second(function));
}

void check_function_input(const StageFunction &function, const Manifold &space, int nu, const Name &name) {
  check_equal(function.ndx1, space.ndx(), {name, ".ndx1"});
  if (nu >= 0)
    check_equal(function.nu, nu, {name, ".nu"});
  if (smallest_state_size(function) > space.nx())
    raise_value_error("{}: needs states of at least {} entries, the space has nx = {}", name.str(),
                      smallest_state_size(function), space.nx());
}

void check_terminal_function(const StageFunction &function, const CostAbstract &term_cost, const Name &name) {
  // It is evaluated with a control of the terminal cost's dimension, which functions of the state ignore.
  const bool state_only = dynamic_cast<const UnaryFunction *>(&function);
  check_function_input(function, *term_cost.space, state_only ? -1 : term_cost.nu, name);
}

void check_bounds(const VectorXs &lower, const VectorXs &upper, const Name &name) {
  if (lower.hasNaN() || upper.hasNaN())
    raise_value_error("{}{}: expected numbers, got NaN", name.str(), lower.hasNaN() ? "lower_limit" : "upper_limit");
  if ((lower.array() > upper.array()).any())
    raise_value_error("{}lower_limit: every entry must be at most that of upper_limit", name.str());
}

void check_set(const ConstraintSet &set, int nr, const Name &name) {
  if (const auto *box = dynamic_cast<const BoxConstraintTpl<Scalar> *>(&set)) {
    check_equal(box->lower_limit.size(), nr, {name, ": size of the bounds (expected func.nr)"});
    check_bounds(box->lower_limit, box->upper_limit, {name, ": "});
  }
  if (const auto *product = dynamic_cast<const ConstraintSetProductTpl<Scalar> *>(&set)) {
    long rows = 0;
    for (size_t i = 0; i < product->blockSizes().size(); ++i) {
      rows += product->blockSizes()[i];
      check_set(*product->components()[i], int(product->blockSizes()[i]), {name, ".components", i});
    }
    check_equal(rows, nr, {name, ": sum of the block sizes (expected func.nr)"});
  }
}

void check_stage(const StageModel &stage, const Name &name) {
  check_equal(stage.cost().nu, stage.nu(), {name, ".cost.nu"});
  check_equal(stage.cost().nx(), stage.nx1(), {name, ".cost.nx"});
  check_equal(stage.cost().ndx(), stage.ndx1(), {name, ".cost.ndx"});
  for (size_t i = 0; i < stage.numConstraints(); ++i) {
    const Name part(name, ".constraints", i);
    check_function_input(*stage.constraints_.funcs[i], stage.xspace(), stage.nu(), part);
    check_set(*stage.constraints_.sets[i], stage.constraints_.funcs[i]->nr, part);
  }
}

void check_problem(const TrajOptProblem &problem, bool may_be_empty) {
  const size_t N = problem.numSteps();
  if (N == 0 && !may_be_empty)
    raise_value_error("problem: it has no stages");
  const Manifold &first = N > 0 ? problem.stages_[0]->xspace() : *problem.term_cost_->space;
  check_function_input(*problem.init_constraint_, first, -1, "problem.init_constraint");
  for (size_t i = 0; i < N; ++i) {
    const Name name("problem.stages", i);
    check_stage(*problem.stages_[i], name);
    const Manifold &next = i + 1 < N ? problem.stages_[i + 1]->xspace() : *problem.term_cost_->space;
    check_equal(problem.stages_[i]->nx2(), next.nx(), {name, ": nx2 (expected nx of what follows)"});
    check_equal(problem.stages_[i]->ndx2(), next.ndx(), {name, ": ndx2 (expected ndx of what follows)"});
  }
  for (size_t i = 0; i < problem.term_cstrs_.size(); ++i) {
    const Name name("problem.term_constraints", i);
    check_terminal_function(*problem.term_cstrs_.funcs[i], *problem.term_cost_, name);
    check_set(*problem.term_cstrs_.sets[i], problem.term_cstrs_.funcs[i]->nr, name);
  }
}

} // namespace aligator::python
