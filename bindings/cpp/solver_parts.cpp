#include "module.hpp"
#include "solver.hpp"

#include <aligator/core/filter.hpp>
#include <aligator/core/linesearch-armijo.hpp>
#include <aligator/core/linesearch-nonmonotone.hpp>
#include <aligator/core/stage-data.hpp>
#include <aligator/solvers/results-base.hpp>
#include <aligator/solvers/workspace-base.hpp>
#include <nanobind/stl/vector.h>
#include <sstream>

namespace aligator::python {

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

void check_set_up(const TrajOptProblem &problem, bool initialized, const TrajOptData &data) {
  if (!initialized)
    throw std::runtime_error("setup(problem) must be called before run(problem)");
  if (data.stage_data.size() != problem.numSteps())
    raise_value_error("problem: the solver was set up for {} stages, got {}; call setup(problem)",
                      data.stage_data.size(), problem.numSteps());
  check_data(problem, data);
}

void bind_solver_parts(nb::module_ &m) {
  using LSOptions = LinesearchOptions<Scalar>;
  nb::class_<LSOptions>(m, "LinesearchOptions", "Options of the line search.")
      .def(nb::init<>())
      .def_rw("armijo_c1", &LSOptions::armijo_c1, "Constant of the Armijo condition.")
      .def_rw("wolfe_c2", &LSOptions::wolfe_c2, "Constant of the Wolfe condition.")
      .def_rw("dphi_thresh", &LSOptions::dphi_thresh, "The search ends if the directional derivative is below this.")
      .def_rw("alpha_min", &LSOptions::alpha_min, "Shortest step.")
      .def_rw("max_num_steps", &LSOptions::max_num_steps, "Largest number of trials.")
      .def_rw("interp_type", &LSOptions::interp_type, "Interpolation scheme.")
      .def_rw("contraction_min", &LSOptions::contraction_min, "Smallest contraction of the step.")
      .def_rw("contraction_max", &LSOptions::contraction_max, "Largest contraction of the step.")
      .def("__repr__", [](const LSOptions &o) { return (std::ostringstream() << o).str(); });
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
  nb::class_<Filter>(m, "Filter", "Pairs (cost, infeasibility) that a trial point must improve on.")
      .def(nb::init<Scalar, Scalar, size_t>(), "beta"_a, "alpha_min"_a, "max_num_steps"_a)
      .def_prop_ro("filter_pairs_", [](const Filter &f) { return f.filter_pairs_; }, "The pairs.")
      .def_rw("beta", &Filter::beta_, "Margin.")
      .def_rw("alpha_min", &Filter::alpha_min_, "Shortest step.")
      .def_rw("max_num_steps", &Filter::max_num_steps_, "Largest number of trials.")
      .def("resetFilter", &Filter::resetFilter, "beta"_a, "alpha_min"_a, "max_num_steps"_a, "Empty the filter.")
      .def("accept_pair", &Filter::accept_pair, "fpair"_a, "Whether the pair is acceptable; if so it is added.");

  using Results = ResultsBaseTpl<Scalar>;
  nb::class_<Results>(m, "ResultsBase", "Results of a solver. Arrays are copies: they outlive the next run.")
      .def_ro("num_iters", &Results::num_iters, "Number of iterations.")
      .def_ro("conv", &Results::conv, "Whether the solver converged.")
      .def_prop_ro("gains", [](const Results &r) { return to_python(r.gains_); },
                   "Feedforward (first column) and feedback gains of all variables of each stage.")
      .def_prop_ro("xs", [](const Results &r) { return to_python(r.xs); }, "States, N + 1 arrays (nx,).")
      .def_prop_ro("us", [](const Results &r) { return to_python(r.us); }, "Controls, N arrays (nu,).")
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

  using Workspace = WorkspaceBaseTpl<Scalar>;
  nb::class_<Workspace>(m, "WorkspaceBase", "Workspace of a solver. Arrays are copies.")
      .def_ro("nsteps", &Workspace::nsteps, "Number of stages.")
      .def_ro("problem_data", &Workspace::problem_data, "Data of the problem.")
      .def_prop_ro("trial_xs", [](const Workspace &w) { return to_python(w.trial_xs); }, "Trial states.")
      .def_prop_ro("trial_us", [](const Workspace &w) { return to_python(w.trial_us); }, "Trial controls.")
      .def_prop_ro("dyn_slacks", [](const Workspace &w) { return to_python(w.dyn_slacks); },
                   "Defects of the dynamics, N + 1 arrays (ndx,).")
      .def(
          "cycleLeft",
          [](Workspace &w) {
            if (w.isInitialized())
              w.cycleLeft();
          },
          "Shift all data by one stage.")
      .def(
          "cycleAppend",
          [](Workspace &w, const std::shared_ptr<StageData> &data) {
            if (w.isInitialized())
              w.cycleAppend(data);
          },
          "data"_a, "Shift all data by one stage and append the given stage data.");
}

} // namespace aligator::python
