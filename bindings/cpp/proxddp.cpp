#include "proxddp.hpp"

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

void check_initialized(const Solver &solver) {
  if (!solver.workspace_.isInitialized())
    throw std::runtime_error("setup(problem) must be called first");
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
  check_set_up(problem, solver.workspace_.isInitialized(), solver.workspace_.problem_data);
  const nb::object parts = wrap_parts(self);
  const BeingSolved mark(problem);
  nb::gil_scoped_release release;
  return solver.run(problem, xs, us, vs, lams);
}

void bind_results_and_workspace(nb::module_ &m) {
  nb::class_<Results, ResultsBaseTpl<Scalar>> results(m, "Results", "Results of SolverProxDDP.");
  results
      .def("__init__",
           [](Results *self, const TrajOptProblem &problem) {
             check_problem(problem);
             new (self) Results(problem);
           },
           "problem"_a)
      .def(
          "cycleAppend",
          [](Results &r, const TrajOptProblem &problem, const VectorArg &x0) {
            check_problem(problem);
            check_trajectory(problem, r.xs, r.us, "results.xs", "results.us");
            r.cycleAppend(problem, state_arg(x0, problem.stages_[0]->xspace(), "x0"));
          },
          "problem"_a, "x0"_a, "Shift the results by one stage.")
      .def_ro("al_iter", &Results::al_iter, "Number of augmented Lagrangian iterations.")
      .def_prop_ro("lams", [](const Results &r) { return to_python(r.lams); },
                   "Co-states: multipliers of the initial condition and of the dynamics, N + 1 arrays.")
      .def_prop_ro("vs", [](const Results &r) { return to_python(r.vs); },
                   "Multipliers of the path and terminal constraints, N + 1 arrays (nc,).")
      .def("__repr__", [](const Results &r) { return (std::ostringstream() << r).str(); });
  def_copy<Results>(results);

  nb::class_<Workspace, WorkspaceBaseTpl<Scalar>> ws(m, "Workspace", "Workspace of SolverProxDDP. Arrays are copies.");
  ws.def("__init__",
         [](Workspace *self, const TrajOptProblem &problem) {
           check_problem(problem);
           new (self) Workspace(problem);
         },
         "problem"_a);
  const auto vectors = [&ws](const char *name, Vectors Workspace::*member, const char *doc) {
    ws.def_prop_ro(name, [member](const Workspace &w) { return to_python(w.*member); }, doc);
  };
  vectors("Lxs", &Workspace::Lxs, "Gradients of the Lagrangian in x.");
  vectors("Lus", &Workspace::Lus, "Gradients of the Lagrangian in u.");
  vectors("Lvs", &Workspace::Lvs, "Gradients of the Lagrangian in the path multipliers.");
  vectors("dxs", &Workspace::dxs, "Step in x.");
  vectors("dus", &Workspace::dus, "Step in u.");
  vectors("dvs", &Workspace::dvs, "Step in the path multipliers.");
  vectors("dlams", &Workspace::dlams, "Step in the co-states.");
  vectors("trial_vs", &Workspace::trial_vs, "Trial path multipliers.");
  vectors("trial_lams", &Workspace::trial_lams, "Trial co-states.");
  vectors("lams_plus", &Workspace::lams_plus, "First-order estimates of the co-states.");
  vectors("vs_plus", &Workspace::vs_plus, "First-order estimates of the path multipliers.");
  vectors("vs_pdal", &Workspace::vs_pdal, "Primal-dual estimates of the path multipliers.");
  vectors("shifted_constraints", &Workspace::shifted_constraints, "Constraint values shifted by the multipliers.");
  vectors("prev_xs", &Workspace::prev_xs, "States at the last outer iteration.");
  vectors("prev_us", &Workspace::prev_us, "Controls at the last outer iteration.");
  vectors("prev_vs", &Workspace::prev_vs, "Path multipliers at the last outer iteration.");
  vectors("stage_infeasibilities", &Workspace::stage_infeasibilities, "Infeasibility of each stage's constraints.");
  ws.def_ro("inner_crit", &Workspace::inner_criterion, "Termination criterion of the inner loop.")
      .def_prop_ro("state_dual_infeas", [](const Workspace &w) { return w.state_dual_infeas; }, "Per stage.")
      .def_prop_ro("control_dual_infeas", [](const Workspace &w) { return w.control_dual_infeas; }, "Per stage.")
      .def_prop_ro(
          "active_constraints",
          [](const Workspace &w) {
            nb::list items;
            for (const auto &mask : w.active_constraints)
              items.append(nb::cast(Workspace::VecBool(mask)));
            return std_vec("StdVec_VecBool", items);
          },
          "Which rows of each stage's constraints are active.")
      .def_prop_ro(
          "cstr_proj_jacs",
          [](const Workspace &w) {
            Matrices jacobians;
            for (const auto &block : w.cstr_proj_jacs)
              jacobians.push_back(block.matrix());
            return to_python(jacobians);
          },
          "Projected constraint Jacobians in (x, u).")
      .def("__repr__", [](const Workspace &w) { return (std::ostringstream() << w).str(); });
}

} // namespace

void bind_proxddp(nb::module_ &m) {
  bind_results_and_workspace(m);

  nb::class_<Solver> cls(m, "SolverProxDDP", "Proximal augmented Lagrangian solver of differential dynamic programming type.");
  nb::class_<AlmParams> alm(cls, "AlmParams", "Parameters of the augmented Lagrangian method.");
  alm.def(nb::init<>())
      .def_rw("prim_alpha", &AlmParams::prim_alpha, "Exponent of the primal tolerance on failure.")
      .def_rw("prim_beta", &AlmParams::prim_beta, "Exponent of the primal tolerance on success.")
      .def_rw("dual_alpha", &AlmParams::dual_alpha, "Exponent of the dual tolerance on failure.")
      .def_rw("dual_beta", &AlmParams::dual_beta, "Exponent of the dual tolerance on success.")
      .def_rw("mu_update_factor", &AlmParams::mu_update_factor, "Factor of the penalty parameter on failure.")
      .def_rw("mu_lower_bound", &AlmParams::mu_lower_bound, "Smallest penalty parameter.");

  cls.def("__init__",
          [](Solver *self, Scalar tol, Scalar mu_init, size_t max_iters, VerboseLevel verbose,
             StepAcceptanceStrategy sa_strategy, HessianApprox hess_approx) {
            if (!(tol > 0))
              raise_value_error("tol: expected a number > 0, got {}", tol);
            if (!(mu_init > 0))
              raise_value_error("mu_init: expected a number > 0, got {}", mu_init);
            new (self) Solver(tol, mu_init, max_iters, verbose, sa_strategy, hess_approx);
          },
          "tol"_a, "mu_init"_a = 1e-2, "max_iters"_a = 1000, "verbose"_a = VerboseLevel::QUIET,
          "sa_strategy"_a = StepAcceptanceStrategy::LINESEARCH_NONMONOTONE,
          "hess_approx"_a = HessianApprox::GAUSS_NEWTON,
          "tol: tolerance on the infeasibilities; mu_init: initial penalty parameter.");
  def_solver<Solver>(cls);
  cls.def_rw("bcl_params", &Solver::bcl_params, "Parameters of the augmented Lagrangian method.")
      .def_rw("max_refinement_steps", &Solver::max_refinement_steps_, "Largest number of refinements of the linear solve.")
      .def_rw("refinement_threshold", &Solver::refinement_threshold_, "Error below which the linear solve is not refined.")
      .def_rw("linear_solver_choice", &Solver::linear_solver_choice, "Solver of the linear-quadratic subproblem.")
      .def_rw("multiplier_update_mode", &Solver::multiplier_update_mode, "Kind of multiplier update.")
      .def_prop_rw(
          "mu_init", [](const Solver &s) { return s.mu_init_; },
          [](Solver &s, Scalar mu) {
            if (!(mu > 0))
              raise_value_error("mu_init: expected a number > 0, got {}", mu);
            s.mu_init_ = mu;
          },
          "Initial penalty parameter.")
      .def_prop_ro("mu", [](const Solver &s) { return s.mu(); }, "Penalty parameter.")
      .def_rw("max_al_iters", &Solver::max_al_iters, "Largest number of augmented Lagrangian iterations.")
      .def_rw("ls_mode", &Solver::ls_mode, "Merit function of the line search.")
      .def_rw("sa_strategy", &Solver::sa_strategy_, "How the length of a step is chosen.")
      .def_rw("rollout_type", &Solver::rollout_type_, "How a step is turned into a trajectory.")
      .def_rw("hess_approx", &Solver::hess_approx_, "Approximation of the Hessian.")
      .def_rw("dual_weight", &Solver::dual_weight, "Weight of the dual penalty.")
      .def_rw("reg_min", &Solver::reg_min, "Smallest regularisation.")
      .def_rw("reg_max", &Solver::reg_max, "Largest regularisation.")
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
          "setDualTolerance", [](Solver &s, Scalar tol) { s.setDualTolerance(tol); }, "tol"_a,
          "Set the dual tolerance; it then no longer follows target_tol.")
      .def(
          "updateLQSubproblem",
          [](Solver &s) {
            const Busy busy(s.busy);
            check_initialized(s);
            s.updateLQSubproblem();
          },
          "Fill the linear-quadratic subproblem from the workspace.")
      .def(
          "computeCriterion",
          [](Solver &s) {
            const Busy busy(s.busy);
            check_initialized(s);
            s.computeCriterion();
          },
          "Compute the infeasibilities and the criterion of the inner loop from the workspace.")
      .def(
          "cycleProblem",
          [](Solver &s, const TrajOptProblem &problem, const std::shared_ptr<StageData> &data) {
            check_problem(problem);
            const Busy busy(s.busy);
            check_initialized(s);
            check_equal(long(problem.numSteps()), long(s.workspace_.nsteps), "problem: number of stages");
            check_data(*problem.stages_.back(), *data);
            s.cycleProblem(problem, data);
          },
          "problem"_a, "data"_a, "Shift workspace and results by one stage and append the data of the last one.")
      .def("run", &run, "problem"_a, "xs_init"_a = nb::list(), "us_init"_a = nb::list(), "vs_init"_a = nb::list(),
           "lams_init"_a = nb::list(),
           "Solve; return whether it converged. Guesses: xs_init N + 1 arrays (nx,), us_init N arrays (nu,), vs_init N + 1 "
           "arrays (nc,) of path multipliers, lams_init N + 1 arrays of co-states; each may be empty. Other Python threads "
           "go on meanwhile.");
}

} // namespace aligator::python
