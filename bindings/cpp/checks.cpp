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

/// Type of the data objects that models of the dynamic type of `model` make.
template <class Model> const std::type_info &data_type(const Model &model) {
  static std::unordered_map<std::type_index, const std::type_info *> known;
  const auto entry = known.find(typeid(model));
  if (entry != known.end())
    return *entry->second;
  const auto data = model.createData();
  return *known.emplace(typeid(model), &typeid(*data)).first->second;
}

/// Python subclasses choose their own data; all that C++ asks of it is the size of its arrays. So it is of models that
/// have data of the base class.
template <class Model, class Data> void check_data_type(const Model &model, const Data &data) {
  if (dynamic_cast<const PythonProxy *>(&model) || dynamic_cast<const PythonInstance *>(&model))
    return;
  const std::type_info &expected = data_type(model);
  if (expected != typeid(data) && expected != typeid(Data))
    throw nb::type_error("data: made for a model of another class; use the model's createData()");
  const auto check = inner_checks<Model, Data>().find(typeid(model));
  if (check != inner_checks<Model, Data>().end())
    check->second(model, data);
}

std::unordered_map<std::type_index, int (*)(const StageFunction &)> &state_sizes() {
  static std::unordered_map<std::type_index, int (*)(const StageFunction &)> table;
  return table;
}

/// Data of the function inside a composed function, if `model` is one of class `Composed`.
template <class Composed> bool check_inner(const StageFunction &model, const StageFunctionData &data) {
  const auto *composed = dynamic_cast<const Composed *>(&model);
  if (composed)
    check_data(static_cast<const StageFunction &>(*composed->func),
               *static_cast<const typename Composed::Data &>(data).sub_data);
  return composed != nullptr;
}

template <class Cost> bool check_residual(const CostAbstract &model, const CostData &data) {
  const auto *cost = dynamic_cast<const Cost *>(&model);
  if (cost)
    check_data(*cost->residual_, *static_cast<const CompositeCostDataTpl<Scalar> &>(data).residual_data);
  return cost != nullptr;
}

} // namespace

void register_state_size(const std::type_info &type, int (*size)(const StageFunction &)) {
  state_sizes().emplace(type, size);
}

void raise_not_implemented(const char *what) {
  PyErr_Format(PyExc_NotImplementedError, "%s: the Python subclass must define this method", what);
  throw nb::python_error();
}

void check_equal(long given, long expected, const char *what) {
  if (given != expected)
    raise_value_error("{}: expected {}, got {}", what, expected, given);
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
  check_data_type(model, data);
  check_inner<FunctionSlice<StageFunction>>(model, data) || check_inner<FunctionSlice<UnaryFunction>>(model, data) ||
      check_inner<LinearFunctionCompositionTpl<Scalar>>(model, data) ||
      check_inner<LinearUnaryFunctionCompositionTpl<Scalar>>(model, data);
}

void check_data(const CostAbstract &model, const CostData &data) {
  check_equal(data.ndx_, model.ndx(), "data: ndx");
  check_equal(data.nu_, model.nu, "data: nu");
  check_data_type(model, data);
  if (const auto *stack = dynamic_cast<const CostStackTpl<Scalar> *>(&model)) {
    const auto &parts = static_cast<const CostStackDataTpl<Scalar> &>(data).sub_cost_data;
    for (const auto &[key, item] : stack->components_) {
      const auto part = parts.find(key);
      if (part == parts.end())
        raise_value_error("data: made before a cost was added to the stack");
      check_data(*item.first, *part->second);
    }
  } else if (const auto *sum = dynamic_cast<const DirectSumCostTpl<Scalar> *>(&model)) {
    const auto &parts = static_cast<const DirectSumCostTpl<Scalar>::Data &>(data);
    check_data(*sum->c1_, *parts.data1_);
    check_data(*sum->c2_, *parts.data2_);
  } else {
    check_residual<QuadraticResidualCostTpl<Scalar>>(model, data) ||
        check_residual<LogResidualCostTpl<Scalar>>(model, data) ||
        check_residual<RelaxedLogBarrierCostTpl<Scalar>>(model, data);
  }
}

void check_data(const ContinuousDynamics &model, const ContinuousDynamicsData &data) {
  check_equal(data.Jx_.rows(), model.ndx(), "data: ndx");
  check_equal(data.Ju_.cols(), model.nu(), "data: nu");
  check_data_type(model, data);
}

void check_data(const ExplicitDynamics &model, const ExplicitDynamicsData &data) {
  check_equal(data.xnext_.size(), model.nx2(), "data: nx2");
  check_equal(data.Jx().rows(), model.ndx2(), "data: ndx2");
  check_equal(data.Jx().cols(), model.ndx1(), "data: ndx1");
  check_equal(data.Ju().cols(), model.nu, "data: nu");
  check_data_type(model, data);
  using Integrator = dynamics::ExplicitIntegratorAbstractTpl<Scalar>;
  if (const auto *integrator = dynamic_cast<const Integrator *>(&model))
    check_data(*integrator->ode_,
               *static_cast<const dynamics::ExplicitIntegratorDataTpl<Scalar> &>(data).continuous_data);
  if (const auto *sum = dynamic_cast<const DirectSumExplicitDynamicsTpl<Scalar> *>(&model)) {
    const auto &parts = static_cast<const DirectSumExplicitDynamicsTpl<Scalar>::Data &>(data);
    check_data(*sum->f_, *parts.data1_);
    check_data(*sum->g_, *parts.data2_);
  }
}

void check_data(const StageModel &model, const StageData &data) {
  if (typeid(model) != typeid(StageModel)) // one of croc, of which the data are one object
    return check_data_type(model, data);
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

void check_same_sizes(const StageFunction &function, const StageFunction &old, const std::string &name) {
  check_equal(function.ndx1, old.ndx1, (name + ".ndx1").c_str());
  check_equal(function.nu, old.nu, (name + ".nu").c_str());
  check_equal(function.nr, old.nr, (name + ".nr").c_str());
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

void check_function_input(const StageFunction &function, const Manifold &space, int nu, const std::string &name) {
  check_equal(function.ndx1, space.ndx(), (name + ".ndx1").c_str());
  if (nu >= 0)
    check_equal(function.nu, nu, (name + ".nu").c_str());
  if (smallest_state_size(function) > space.nx())
    raise_value_error("{}: needs states of at least {} entries, the space has nx = {}", name,
                      smallest_state_size(function), space.nx());
}

void check_terminal_function(const StageFunction &function, const CostAbstract &term_cost, const std::string &name) {
  // It is evaluated with a control of the terminal cost's dimension, which functions of the state ignore.
  const bool state_only = dynamic_cast<const UnaryFunction *>(&function);
  check_function_input(function, *term_cost.space, state_only ? -1 : term_cost.nu, name);
}

void check_bounds(const VectorXs &lower, const VectorXs &upper, const std::string &name) {
  if (lower.hasNaN() || upper.hasNaN())
    raise_value_error("{}{}: expected numbers, got NaN", name, lower.hasNaN() ? "lower_limit" : "upper_limit");
  if ((lower.array() > upper.array()).any())
    raise_value_error("{}lower_limit: every entry must be at most that of upper_limit", name);
}

void check_set(const ConstraintSet &set, int nr, const std::string &name) {
  if (const auto *box = dynamic_cast<const BoxConstraintTpl<Scalar> *>(&set)) {
    check_equal(box->lower_limit.size(), nr, (name + ": size of the bounds (expected func.nr)").c_str());
    check_bounds(box->lower_limit, box->upper_limit, name + ": ");
  }
  if (const auto *product = dynamic_cast<const ConstraintSetProductTpl<Scalar> *>(&set)) {
    long rows = 0;
    for (size_t i = 0; i < product->blockSizes().size(); ++i) {
      rows += product->blockSizes()[i];
      check_set(*product->components()[i], int(product->blockSizes()[i]), fmt::format("{}.components[{}]", name, i));
    }
    check_equal(rows, nr, (name + ": sum of the block sizes (expected func.nr)").c_str());
  }
}

void check_stage(const StageModel &stage, const std::string &name) {
  check_equal(stage.cost().nu, stage.nu(), (name + ".cost.nu").c_str());
  check_equal(stage.cost().nx(), stage.nx1(), (name + ".cost.nx").c_str());
  check_equal(stage.cost().ndx(), stage.ndx1(), (name + ".cost.ndx").c_str());
  for (size_t i = 0; i < stage.numConstraints(); ++i) {
    const std::string part = fmt::format("{}.constraints[{}]", name, i);
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
    const std::string name = fmt::format("problem.stages[{}]", i);
    check_stage(*problem.stages_[i], name);
    const Manifold &next = i + 1 < N ? problem.stages_[i + 1]->xspace() : *problem.term_cost_->space;
    check_equal(problem.stages_[i]->nx2(), next.nx(), (name + ": nx2 (expected nx of what follows)").c_str());
    check_equal(problem.stages_[i]->ndx2(), next.ndx(), (name + ": ndx2 (expected ndx of what follows)").c_str());
  }
  for (size_t i = 0; i < problem.term_cstrs_.size(); ++i) {
    const std::string name = fmt::format("problem.term_constraints[{}]", i);
    check_terminal_function(*problem.term_cstrs_.funcs[i], *problem.term_cost_, name);
    check_set(*problem.term_cstrs_.sets[i], problem.term_cstrs_.funcs[i]->nr, name);
  }
}

} // namespace aligator::python
