#include "proxddp.hpp"

#include "checked_riccati.hpp"
#include "copying.hpp"
#include "module.hpp"

#include <aligator/core/stage-data.hpp>
#include <nanobind/stl/vector.h>
#include <sstream>

namespace aligator::python {

namespace {

using Workspace = context::Workspace;
using Results = context::Results;
using Solver = SolverProxDDP;
using AlmParams = context::SolverProxDDP::AlmParams;

std::vector<int> path_multiplier_sizes(const TrajOptProblem &problem) {
  std::vector<int> sizes;
  for (const auto &stage : problem.stages_)
    sizes.push_back(stage->nc());
  sizes.push_back(int(problem.term_cstrs_.totalDim()));
  return sizes;
}

std::vector<int> costate_sizes(const TrajOptProblem &problem) {
  std::vector<int> sizes{problem.init_constraint_->nr};
  for (const auto &stage : problem.stages_)
    sizes.push_back(stage->ndx2());
  return sizes;
}

constexpr NamedVectors<Results> RESULTS_VECTORS[] = {
    {"lams", &Results::lams, "Co-states: multipliers of the initial condition and of the dynamics, N + 1 arrays."},
    {"vs", &Results::vs, "Multipliers of the path and terminal constraints, N + 1 arrays (nc,)."},
};
constexpr NamedVectors<Workspace> WORKSPACE_VECTORS[] = {
    {"Lxs", &Workspace::Lxs, "Gradients of the Lagrangian in x."},
    {"Lus", &Workspace::Lus, "Gradients of the Lagrangian in u."},
    {"Lvs", &Workspace::Lvs, "Gradients of the Lagrangian in the path multipliers."},
    {"dxs", &Workspace::dxs, "Step in x."},
    {"dus", &Workspace::dus, "Step in u."},
    {"dvs", &Workspace::dvs, "Step in the path multipliers."},
    {"dlams", &Workspace::dlams, "Step in the co-states."},
    {"trial_vs", &Workspace::trial_vs, "Trial path multipliers."},
    {"trial_lams", &Workspace::trial_lams, "Trial co-states."},
    {"lams_plus", &Workspace::lams_plus, "First-order estimates of the co-states."},
    {"vs_plus", &Workspace::vs_plus, "First-order estimates of the path multipliers."},
    {"vs_pdal", &Workspace::vs_pdal, "Primal-dual estimates of the path multipliers."},
    {"shifted_constraints", &Workspace::shifted_constraints, "Constraint values shifted by the multipliers."},
    {"prev_xs", &Workspace::prev_xs, "States at the last outer iteration."},
    {"prev_us", &Workspace::prev_us, "Controls at the last outer iteration."},
    {"prev_vs", &Workspace::prev_vs, "Path multipliers at the last outer iteration."},
    {"stage_infeasibilities", &Workspace::stage_infeasibilities, "Infeasibility of each stage's constraints."},
};

void detach_results(Results &results) {
  detach_common(results);
  detach_vectors(results, RESULTS_VECTORS);
}

/// The data that the subproblem is filled from may have been exchanged since setup().
void check_subproblem(const Workspace &workspace) {
  const auto &knots = workspace.lqr_problem.stages;
  for (size_t t = 0; t < workspace.nsteps; ++t) {
    const StageData &data = *workspace.problem_data.stage_data[t];
    const auto jacobian = data.dynamics_data->Jx();
    if (data.cost_data->ndx_ != int(knots[t].nx) || data.cost_data->nu_ != int(knots[t].nu) ||
        jacobian.rows() != knots[t].nx2 || jacobian.cols() != knots[t].nx ||
        data.dynamics_data->Ju().cols() != knots[t].nu)
      raise_value_error("workspace.problem_data.stage_data[{}]: not of the sizes that the solver was set up for", t);
  }
}

/// A line search is made by setup(), for the strategy that is wanted then.
void check_step_acceptance(const Solver &solver) {
  using Variant = context::SolverProxDDP::LinesearchVariant;
  const Variant &made = solver.linesearch_;
  if (solver.sa_strategy_ != StepAcceptanceStrategy::FILTER && !made.isValid())
    throw std::runtime_error("sa_strategy: the solver was set up for the filter; call setup(problem) for a line search");
}

bool run(nb::pointer_and_handle<Solver> self, const TrajOptProblem &problem, const VectorsArg &xs_init, const VectorsArg &us_init,
         const VectorsArg &vs_init, const VectorsArg &lams_init) {
  Solver &solver = *self.p;
  check_problem(problem);
  const Vectors xs = guess_arg(xs_init, "xs_init", state_sizes(problem));
  const Vectors us = guess_arg(us_init, "us_init", control_sizes(problem));
  const Vectors vs = guess_arg(vs_init, "vs_init", path_multiplier_sizes(problem));
  const Vectors lams = guess_arg(lams_init, "lams_init", costate_sizes(problem));
  const Busy busy(solver.busy);
  check_ready(solver);
  check_set_up(problem, solver.workspace_.problem_data, solver.results_);
  check_sizes(solver.results_.vs, path_multiplier_sizes(problem), "path multipliers");
  check_sizes(solver.results_.lams, costate_sizes(problem), "co-states");
  check_step_acceptance(solver);
  detach_arrays(solver);
  const nb::object parts = wrap_parts(self);
  const BeingSolved mark(problem, {&solver.results_, &solver.workspace_});
  const OtherThreadsGoOn go_on(problem);
  return solver.run(problem, xs, us, vs, lams);
}

void bind_results_and_workspace(nb::module_ &m) {
  nb::class_<Results, ResultsBaseTpl<Scalar>> results(m, "Results", "Results of SolverProxDDP.");
  results
      .def("__init__",
           [](Results *self, const TrajOptProblem &problem) {
             check_problem(problem, true);
             new (self) Results(problem);
           },
           "problem"_a)
      .def(
          "cycleAppend",
          [](Results &r, const TrajOptProblem &problem, const VectorArg &x0) {
            check_problem(problem);
            check_trajectory(problem, r.xs, r.us, "results.xs", "results.us");
            const VectorXs x = state_arg(x0, problem.stages_[0]->xspace(), "x0");
            check_not_in_use(&r);
            detach_results(r);
            r.cycleAppend(problem, x);
          },
          "problem"_a, "x0"_a, "Shift the results by one stage.")
      .def_ro("al_iter", &Results::al_iter, "Number of augmented Lagrangian iterations.")
      .def("__repr__", [](const Results &r) { return (std::ostringstream() << r).str(); });
  def_vectors(results, RESULTS_VECTORS);
  def_copy<Results>(results);
  def_print_address<Results>(results);

  nb::class_<Workspace, WorkspaceBaseTpl<Scalar>> ws(m, "Workspace", "Workspace of SolverProxDDP.");
  ws.def("__init__",
         [](Workspace *self, const TrajOptProblem &problem) {
           check_problem(problem);
           new (self) Workspace(problem);
         },
         "problem"_a);
  def_vectors(ws, WORKSPACE_VECTORS);
  ws.def_ro("inner_crit", &Workspace::inner_criterion, "Termination criterion of the inner loop.")
      .def_prop_ro("state_dual_infeas", [](const Workspace &w) { return readonly_copy(w.state_dual_infeas); }, "Per stage.")
      .def_prop_ro("control_dual_infeas", [](const Workspace &w) { return readonly_copy(w.control_dual_infeas); }, "Per stage.")
      .def_prop_ro(
          "active_constraints",
          [](nb::pointer_and_handle<Workspace> w) { return array_views<StdVec_VecBool>(w.h, w.p->active_constraints); },
          "Which rows of each stage's constraints are active.")
      .def_prop_ro(
          "cstr_proj_jacs",
          [](nb::pointer_and_handle<Workspace> w) {
            using Block = Workspace::BlkJacobianType;
            const auto whole = [](Block &block) -> auto & { return block.matrix(); };
            return sequence<StdVec_Matrix>(
                std::make_unique<ArrayElements<Block, decltype(whole)>>(w.h, w.p->cstr_proj_jacs, whole));
          },
          "Projected constraint Jacobians in (x, u).")
      .def("__repr__", [](const Workspace &w) { return (std::ostringstream() << w).str(); });
}

} // namespace

void detach_arrays(SolverProxDDP &solver) {
  Workspace &workspace = solver.workspace_;
  detach_results(solver.results_);
  detach_common(workspace);
  detach_vectors(workspace, WORKSPACE_VECTORS);
  detach(workspace.active_constraints);
  detach(workspace.cstr_proj_jacs);
}

void allocate(SolverProxDDP &solver, const TrajOptProblem &problem) {
#ifndef ALIGATOR_MULTITHREADING
  if (solver.linear_solver_choice == LQSolverChoice::PARALLEL)
    throw std::runtime_error("linear_solver_choice: the library's wheel is built without OpenMP, so that there is no "
                             "parallel solver; choose LQ_SOLVER_SERIAL or LQ_SOLVER_STAGEDENSE");
#endif
  solver.setup(problem);
  if (auto checked = make_checked_riccati(solver.linear_solver_choice, solver.workspace_.lqr_problem))
    solver.linear_solver_ = std::move(checked);
}

void bind_proxddp(nb::module_ &m) {
  bind_results_and_workspace(m);

  nb::class_<Solver> cls(m, "SolverProxDDP", "Proximal augmented Lagrangian solver of differential dynamic programming type.");
  nb::class_<AlmParams> alm(cls, "AlmParams", "Parameters of the augmented Lagrangian method.");
  alm.def(nb::init<>());
  def_nonnegative(alm, "prim_alpha", &AlmParams::prim_alpha, "Exponent of the primal tolerance on failure.");
  def_nonnegative(alm, "prim_beta", &AlmParams::prim_beta, "Exponent of the primal tolerance on success.");
  def_nonnegative(alm, "dual_alpha", &AlmParams::dual_alpha, "Exponent of the dual tolerance on failure.");
  def_nonnegative(alm, "dual_beta", &AlmParams::dual_beta, "Exponent of the dual tolerance on success.");
  def_positive(alm, "mu_update_factor", &AlmParams::mu_update_factor, "Factor of the penalty parameter on failure.");
  def_positive(alm, "mu_lower_bound", &AlmParams::mu_lower_bound, "Smallest penalty parameter.");

  cls.def("__init__",
          [](Solver *self, Scalar tol, Scalar mu_init, size_t max_iters, VerboseLevel verbose,
             StepAcceptanceStrategy sa_strategy, HessianApprox hess_approx) {
            new (self) Solver(positive_arg(tol, "tol"), positive_arg(mu_init, "mu_init"), max_iters, verbose, sa_strategy, hess_approx);
          },
          "tol"_a, "mu_init"_a = 1e-2, "max_iters"_a = 1000, "verbose"_a = VerboseLevel::QUIET,
          "sa_strategy"_a = StepAcceptanceStrategy::LINESEARCH_NONMONOTONE,
          "hess_approx"_a = HessianApprox::GAUSS_NEWTON,
          "tol: tolerance on the infeasibilities; mu_init: initial penalty parameter.");
  def_solver<Solver>(cls);
  cls.def_rw("bcl_params", &Solver::bcl_params, "Parameters of the augmented Lagrangian method.")
      .def_rw("max_refinement_steps", &Solver::max_refinement_steps_, "Largest number of refinements of the linear solve.")
      .def_rw("linear_solver_choice", &Solver::linear_solver_choice, "Solver of the linear-quadratic subproblem.")
      .def_rw("multiplier_update_mode", &Solver::multiplier_update_mode, "Kind of multiplier update.")
      .def_prop_ro("mu", [](const Solver &s) { return s.mu(); }, "Penalty parameter.")
      .def_rw("max_al_iters", &Solver::max_al_iters, "Largest number of augmented Lagrangian iterations.")
      .def_rw("ls_mode", &Solver::ls_mode, "Merit function of the line search.")
      .def_rw("sa_strategy", &Solver::sa_strategy_, "How the length of a step is chosen.")
      .def_rw("rollout_type", &Solver::rollout_type_, "How a step is turned into a trajectory.")
      .def_rw("hess_approx", &Solver::hess_approx_, "Approximation of the Hessian.")
      .def_rw("filter", &Solver::filter_, "The filter of SA_FILTER.")
      .def_prop_ro(
          "linesearch",
          [](nb::pointer_and_handle<Solver> self) -> nb::object {
            if (!self.p->linesearch_.isValid())
              return nb::none();
            using Variant = Solver::LinesearchVariant::VariantType;
            return std::visit(
                [&self](const auto &search) -> nb::object {
                  if constexpr (std::is_same_v<std::decay_t<decltype(search)>, std::monostate>)
                    return nb::none();
                  else
                    return nb::cast(search, nb::rv_policy::reference_internal, self.h);
                },
                static_cast<const Variant &>(self.p->linesearch_));
          },
          "The line search of the last run(); None before the first.")
      .def_prop_ro("target_dual_tol", [](const Solver &s) { return s.getDualTolerance(); }, "Tolerance on the dual infeasibility.")
      .def(
          "setDualTolerance", [](Solver &s, Scalar tol) { s.setDualTolerance(positive_arg(tol, "tol")); }, "tol"_a,
          "Set the dual tolerance; it then no longer follows target_tol.")
      .def(
          "updateLQSubproblem",
          [](Solver &s) {
            const Busy busy(s.busy);
            check_ready(s);
            check_subproblem(s.workspace_);
            s.updateLQSubproblem();
          },
          "Fill the linear-quadratic subproblem from the workspace.")
      .def(
          "computeCriterion",
          [](Solver &s) {
            const Busy busy(s.busy);
            check_ready(s);
            s.computeCriterion();
          },
          "Compute the infeasibilities and the criterion of the inner loop from the workspace.")
      .def(
          "cycleProblem",
          [](Solver &s, const TrajOptProblem &problem, const std::shared_ptr<StageData> &data) {
            check_problem(problem);
            const Busy busy(s.busy);
            check_ready(s);
            check_equal(long(problem.numSteps()), long(s.workspace_.nsteps), "problem: number of stages");
            check_data(*problem.stages_.back(), *data);
            s.ready = false;
            detach_arrays(s);
            s.cycleProblem(problem, data);
            s.ready = true;
          },
          "problem"_a, "data"_a, "Shift workspace and results by one stage and append the data of the last one.")
      .def("run", &run, "problem"_a, "xs_init"_a = nb::list(), "us_init"_a = nb::list(), "vs_init"_a = nb::list(),
           "lams_init"_a = nb::list(),
           "Solve; return whether it converged. Guesses: xs_init N + 1 arrays (nx,), us_init N arrays (nu,), vs_init N + 1 "
           "arrays (nc,) of path multipliers, lams_init N + 1 arrays of co-states; each may be empty. Other Python threads "
           "go on meanwhile.");
  def_nonnegative(cls, "refinement_threshold", &Solver::refinement_threshold_,
                  "Error below which the linear solve is not refined.");
  def_positive(cls, "mu_init", &Solver::mu_init_, "Initial penalty parameter.");
  def_nonnegative(cls, "dual_weight", &Solver::dual_weight, "Weight of the dual penalty.");
  def_nonnegative(cls, "reg_min", &Solver::reg_min, "Smallest regularisation.");
  def_nonnegative(cls, "reg_max", &Solver::reg_max, "Largest regularisation.");
}

} // namespace aligator::python
