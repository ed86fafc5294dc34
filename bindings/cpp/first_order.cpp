#include "checks.hpp"
#include "module.hpp"
#include "new_array.hpp"

#include <aligator/core/stage-data.hpp>
#include <aligator/core/stage-model.hpp>
#include <aligator/core/traj-opt-data.hpp>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

using Values = std::vector<std::vector<VectorXs>>;

Values::value_type values(const std::vector<shared_ptr<StageFunctionData>> &data) {
  Values::value_type out;
  for (const auto &each : data)
    out.push_back(each->value_);
  return out;
}

std::tuple<RowMatrix, RowMatrix> cost_gradients(const TrajOptProblem &problem, const Vectors &xs, const Vectors &us,
                                                TrajOptData &data) {
  const size_t horizon = problem.numSteps();
  const int ndx = problem.term_cost_->ndx(), nu = problem.stages_[0]->nu();
  RowMatrix l_x(horizon + 1, ndx), l_u(horizon, nu);
  for (size_t t = 0; t < horizon; ++t) {
    const StageModel &stage = *problem.stages_[t];
    if (stage.ndx1() != ndx || stage.nu() != nu)
      raise_value_error("problem: expected stages of one size, ndx = {} and nu = {}", ndx, nu);
    CostData &d = *data.stage_data[t]->cost_data;
    stage.cost_->evaluate(xs[t], us[t], d);
    stage.cost_->computeGradients(xs[t], us[t], d);
    l_x.row(t) = d.Lx_;
    l_u.row(t) = d.Lu_;
  }
  const VectorXs none = VectorXs::Zero(problem.term_cost_->nu); // as the library has it
  problem.term_cost_->evaluate(xs[horizon], none, *data.term_cost_data);
  problem.term_cost_->computeGradients(xs[horizon], none, *data.term_cost_data);
  l_x.row(horizon) = data.term_cost_data->Lx_;
  return {std::move(l_x), std::move(l_u)};
}

std::tuple<RowMatrix, RowMatrix, RowMatrix, Values> first_order(const TrajOptProblem &problem, const VectorsArg &xs_arg,
                                                                const VectorsArg &us_arg, TrajOptData &data) {
  check_problem(problem);
  check_data(problem, data);
  const Vectors xs = xs_arg.as("xs"), us = us_arg.as("us");
  check_trajectory(problem, xs, us, "xs", "us");
  const size_t horizon = problem.numSteps();
  const int nx = int(xs.back().size());
  auto [l_x, l_u] = cost_gradients(problem, xs, us, data);
  RowMatrix ahead(horizon, nx);
  Values h;
  for (size_t t = 0; t < horizon; ++t) {
    const StageModel &stage = *problem.stages_[t];
    if (stage.nx2() != nx)
      raise_value_error("problem: expected stages of one size, nx = {}", nx);
    StageData &d = *data.stage_data[t];
    stage.dynamics_->forward(xs[t], us[t], *d.dynamics_data);
    ahead.row(t) = d.dynamics_data->xnext_;
    for (size_t j = 0; j < stage.numConstraints(); ++j)
      stage.constraints_.funcs[j]->evaluate(xs[t], us[t], *d.constraint_data[j]);
    h.push_back(values(d.constraint_data));
  }
  const VectorXs none = VectorXs::Zero(problem.term_cost_->nu);
  for (size_t k = 0; k < problem.term_cstrs_.size(); ++k)
    problem.term_cstrs_.funcs[k]->evaluate(xs[horizon], none, *data.term_cstr_data[k]);
  h.push_back(values(data.term_cstr_data));
  return {std::move(l_x), std::move(l_u), std::move(ahead), std::move(h)};
}

/// Largest part of the values outside of their sets; those that hold NaN are passed over.
double violation(const context::ConstraintStack &constraints, const std::vector<shared_ptr<StageFunctionData>> &data) {
  double largest = 0;
  for (size_t j = 0; j < constraints.size(); ++j) {
    VectorXs outside(data[j]->value_.size());
    constraints.sets[j]->normalConeProjection(data[j]->value_, outside);
    if (outside.size() && !outside.hasNaN())
      largest = std::max(largest, outside.cwiseAbs().maxCoeff());
  }
  return largest;
}

std::tuple<double, double> trajectory_value(const TrajOptProblem &problem, const VectorsArg &xs_arg,
                                            const VectorsArg &us_arg, TrajOptData &data) {
  check_problem(problem);
  check_data(problem, data);
  const Vectors xs = xs_arg.as("xs"), us = us_arg.as("us");
  check_trajectory(problem, xs, us, "xs", "us");
  const double cost = problem.evaluate(xs, us, data);
  double largest = violation(problem.term_cstrs_, data.term_cstr_data);
  for (size_t t = 0; t < problem.numSteps(); ++t)
    largest = std::max(largest, violation(problem.stages_[t]->constraints_, data.stage_data[t]->constraint_data));
  return {cost, largest};
}

} // namespace

void bind_first_order(nb::module_ &extras) {
  extras.def("firstOrder", &first_order, "problem"_a, "xs"_a, "us"_a, "data"_a,
             "Along a trajectory: gradients of the cost by x (N + 1, ndx) and u (N, nu), next states (N, nx), and the values "
             "of the constraints of every stage, then of the terminal ones. `data` is written into, Jacobians are not.");
  extras.def("trajectoryValue", &trajectory_value, "problem"_a, "xs"_a, "us"_a, "data"_a,
             "Cost of a trajectory, and the largest violation of a constraint, dynamics not included.");
}

} // namespace aligator::python
