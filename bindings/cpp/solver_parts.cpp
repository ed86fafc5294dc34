#include "module.hpp"
#include "solver.hpp"

#include "keep_the_lock.hpp"

#include <aligator/core/filter.hpp>
#include <aligator/core/linesearch-armijo.hpp>
#include <aligator/core/linesearch-nonmonotone.hpp>
#include <aligator/core/stage-data.hpp>
#include <aligator/solvers/results-base.hpp>
#include <aligator/solvers/workspace-base.hpp>
#include <nanobind/stl/vector.h>
#include <sstream>

namespace aligator::python {

OtherThreadsGoOn::OtherThreadsGoOn(const TrajOptProblem &problem) {
  for (const auto &stage : problem.stages_)
    if (keep_the_lock().count(typeid(*stage)))
      return;
  release_.emplace();
}

Vectors guess_arg(const VectorsArg &guess, const char *name, const std::vector<int> &sizes) {
  const Vectors out = guess.as(name);
  if (out.empty())
    return out;
  if (out.size() != sizes.size())
    raise_value_error("{}: expected {} arrays (or none), got {}", name, sizes.size(), out.size());
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i].size() != sizes[i])
      raise_value_error("{}[{}]: expected an array of shape ({},), got ({},)", name, i, sizes[i], out[i].size());
    if (!out[i].allFinite())
      raise_value_error("{}[{}]: expected finite numbers", name, i);
  }
  return out;
}

std::vector<int> state_sizes(const TrajOptProblem &problem) {
  std::vector<int> sizes;
  for (const auto &stage : problem.stages_)
    sizes.push_back(stage->nx1());
  sizes.push_back(problem.term_cost_->nx());
  return sizes;
}

std::vector<int> control_sizes(const TrajOptProblem &problem) {
  std::vector<int> sizes;
  for (const auto &stage : problem.stages_)
    sizes.push_back(stage->nu());
  return sizes;
}

Scalar positive_arg(Scalar value, const char *name) {
  if (!(value > 0) || !std::isfinite(value))
    raise_value_error("{}: expected a finite number > 0, got {}", name, value);
  return value;
}

Scalar nonnegative_arg(Scalar value, const char *name) {
  if (!(value >= 0) || !std::isfinite(value))
    raise_value_error("{}: expected a finite number >= 0, got {}", name, value);
  return value;
}

namespace {

using Results = ResultsBaseTpl<Scalar>;
using Workspace = WorkspaceBaseTpl<Scalar>;

constexpr NamedVectors<Results> RESULTS_VECTORS[] = {
    {"xs", &Results::xs, "States, N + 1 arrays (nx,)."},
    {"us", &Results::us, "Controls, N arrays (nu,)."},
};
constexpr NamedVectors<Workspace> WORKSPACE_VECTORS[] = {
    {"trial_xs", &Workspace::trial_xs, "Trial states."},
    {"trial_us", &Workspace::trial_us, "Trial controls."},
    {"dyn_slacks", &Workspace::dyn_slacks, "Defects of the dynamics, N + 1 arrays (ndx,)."},
};

} // namespace

void check_sizes(const Vectors &vectors, const std::vector<int> &sizes, const char *what) {
  bool agree = vectors.size() == sizes.size();
  for (size_t i = 0; agree && i < sizes.size(); ++i)
    agree = vectors[i].size() == sizes[i];
  if (!agree)
    raise_value_error("problem: the solver was set up for {} of other sizes; call setup(problem)", what);
}

void detach_common(Results &results) {
  detach_vectors(results, RESULTS_VECTORS);
  detach(results.gains_);
}

void detach_common(Workspace &workspace) { detach_vectors(workspace, WORKSPACE_VECTORS); }

void check_set_up(const TrajOptProblem &problem, const TrajOptData &data, const Results &results) {
  if (data.stage_data.size() != problem.numSteps())
    raise_value_error("problem: the solver was set up for {} stages, got {}; call setup(problem)",
                      data.stage_data.size(), problem.numSteps());
  check_data(problem, data);
  check_sizes(results.xs, state_sizes(problem), "states");
  check_sizes(results.us, control_sizes(problem), "controls");
}

void bind_solver_parts(nb::module_ &m) {
  using LSOptions = LinesearchOptions<Scalar>;
  nb::class_<LSOptions> options(m, "LinesearchOptions", "Options of the line search.");
  options.def(nb::init<>())
      .def_rw("max_num_steps", &LSOptions::max_num_steps, "Largest number of trials.")
      .def_rw("interp_type", &LSOptions::interp_type, "Interpolation scheme.")
      .def("__repr__", [](const LSOptions &o) { return (std::ostringstream() << o).str(); });
  def_nonnegative(options, "armijo_c1", &LSOptions::armijo_c1, "Constant of the Armijo condition.");
  def_nonnegative(options, "wolfe_c2", &LSOptions::wolfe_c2, "Constant of the Wolfe condition.");
  def_nonnegative(options, "dphi_thresh", &LSOptions::dphi_thresh,
                  "The search ends if the directional derivative is below this.");
  def_positive(options, "alpha_min", &LSOptions::alpha_min, "Shortest step.");
  def_positive(options, "contraction_min", &LSOptions::contraction_min, "Smallest contraction of the step.");
  def_positive(options, "contraction_max", &LSOptions::contraction_max, "Largest contraction of the step.");
  using Search = Linesearch<Scalar>;
  nb::class_<Search>(m, "Linesearch", "Base of the line searches.")
      .def(nb::init<const LSOptions &>(), "options"_a)
      .def_rw("options", &Search::options_, "Options.");
  nb::class_<ArmijoLinesearch<Scalar>, Search>(m, "ArmijoLinesearch", "Backtracking search with the Armijo condition.")
      .def(nb::init<const LSOptions &>(), "options"_a);
  using Nonmonotone = NonmonotoneLinesearch<Scalar>;
  nb::class_<Nonmonotone, Search>(m, "NonmonotoneLinesearch", "Search with the non-monotone condition of Zhang and Hager.")
      .def(nb::init<const LSOptions &>(), "options"_a)
      .def_rw("avg_eta", &Nonmonotone::avg_eta, "Weight of past values.")
      .def_rw("beta_dec", &Nonmonotone::beta_dec, "Contraction of the step.");

  using Filter = context::Filter;
  nb::class_<Filter> filter(m, "Filter", "Pairs (cost, infeasibility) that a trial point must improve on.");
  filter
      .def("__init__",
           [](Filter *self, Scalar beta, Scalar alpha_min, size_t max_num_steps) {
             new (self) Filter(nonnegative_arg(beta, "beta"), positive_arg(alpha_min, "alpha_min"), max_num_steps);
           },
           "beta"_a, "alpha_min"_a, "max_num_steps"_a)
      .def_prop_ro(
          "filter_pairs_",
          [](nb::pointer_and_handle<Filter> f) { return values<StdVec_StdPair_double>(f.h, f.p->filter_pairs_); }, "The pairs.")
      .def_rw("max_num_steps", &Filter::max_num_steps_, "Largest number of trials.")
      .def(
          "resetFilter",
          [](Filter &f, Scalar beta, Scalar alpha_min, size_t max_num_steps) {
            f.resetFilter(nonnegative_arg(beta, "beta"), positive_arg(alpha_min, "alpha_min"), max_num_steps);
          },
          "beta"_a, "alpha_min"_a, "max_num_steps"_a, "Empty the filter.")
      .def(
          "run",
          [](Filter &f, const nb::callable &phi, Scalar alpha_try) {
            const auto pair = [&phi](Scalar alpha) {
              std::pair<Scalar, Scalar> out;
              if (!nb::try_cast(phi(alpha), out)) {
                // Errors of C++ would count as a trial that failed.
                PyErr_SetString(PyExc_TypeError, "phi: must return a pair (cost, infeasibility) of numbers");
                throw nb::python_error();
              }
              return out;
            };
            const Scalar cost = f.run(pair, alpha_try);
            return std::pair(cost, alpha_try);
          },
          "phi"_a, "alpha_try"_a,
          "Shorten a step alpha until the pair phi(alpha) is acceptable; return (cost, alpha). The first trial is alpha = 1.")
      .def("accept_pair", &Filter::accept_pair, "fpair"_a, "Whether the pair is acceptable; if so it is added.");
  def_nonnegative(filter, "beta", &Filter::beta_, "Margin.");
  def_positive(filter, "alpha_min", &Filter::alpha_min_, "Shortest step.");

  nb::class_<Results> results(
      m, "ResultsBase",
      "Results of a solver. Its sequences show those of the last run; an array taken from one is part of the results until "
      "the next run() or setup(), and then stays as it was.");
  results
      .def_ro("num_iters", &Results::num_iters, "Number of iterations.")
      .def_ro("conv", &Results::conv, "Whether the solver converged.")
      .def_prop_ro(
          "gains", [](nb::pointer_and_handle<Results> r) { return array_views<StdVec_Matrix>(r.h, r.p->gains_); },
          "Feedforward (first column) and feedback gains of all variables of each stage.")
      .def_ro("primal_infeas", &Results::prim_infeas, "Primal infeasibility.")
      .def_ro("dual_infeas", &Results::dual_infeas, "Dual infeasibility.")
      .def_ro("traj_cost", &Results::traj_cost_, "Cost of the trajectory.")
      .def_ro("merit_value", &Results::merit_value_, "Value of the merit function.")
      .def(
          "controlFeedbacks",
          [](const Results &r) {
            return r.gains_.size() >= r.us.size() ? to_python(r.getCtrlFeedbacks()) : to_python(Matrices());
          },
          "Feedback gains, N arrays (nu, ndx): u = u_i + K_i (x (-) x_i).")
      .def(
          "controlFeedforwards",
          [](const Results &r) {
            return r.gains_.size() >= r.us.size() ? to_python(r.getCtrlFeedforwards()) : to_python(Vectors());
          },
          "Feedforward gains, N arrays (nu,).")
      .def("__repr__", [](const Results &r) { return (std::ostringstream() << r).str(); });
  def_vectors(results, RESULTS_VECTORS);

  nb::class_<Workspace> workspace(m, "WorkspaceBase", "Workspace of a solver. Arrays are views, as those of the results.");
  workspace.def_ro("nsteps", &Workspace::nsteps, "Number of stages.")
      .def_ro("problem_data", &Workspace::problem_data, "Data of the problem.")
      .def(
          "cycleLeft",
          [](Workspace &w) {
            check_not_in_use(&w);
            if (!w.isInitialized())
              return;
            detach_common(w);
            w.cycleLeft();
          },
          "Shift all data by one stage.")
      .def(
          "cycleAppend",
          [](Workspace &w, const std::shared_ptr<StageData> &data) {
            check_not_in_use(&w);
            if (!w.isInitialized())
              return;
            detach_common(w);
            w.cycleAppend(data);
          },
          "data"_a, "Shift all data by one stage and append the given stage data.");
  def_vectors(workspace, WORKSPACE_VECTORS);
}

} // namespace aligator::python
