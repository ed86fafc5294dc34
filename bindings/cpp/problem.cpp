#include "being_solved.hpp"
#include "checks.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "polymorphic.hpp"
#include "sequences.hpp"

#include <aligator/core/stage-data.hpp>
#include <aligator/core/traj-opt-data.hpp>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

using PolyCost = xyz::polymorphic<CostAbstract>;
using PolyFunction = xyz::polymorphic<StageFunction>;
using PolyManifold = xyz::polymorphic<Manifold>;
using PolySet = xyz::polymorphic<ConstraintSet>;
using PolyStage = xyz::polymorphic<StageModel>;
using PolyUnary = xyz::polymorphic<UnaryFunction>;

void bind_data(nb::module_ &m) {
  nb::class_<TrajOptData> data(m, "TrajOptData", "Data of a problem: of its stages and of its terminal cost and constraints.");
  data.def("__init__",
           [](TrajOptData *self, const TrajOptProblem &problem) {
             check_problem(problem, true);
             new (self) TrajOptData(problem);
           },
           "problem"_a)
      .def_rw("init_data", &TrajOptData::init_data, "Data of the initial condition.")
      .def_rw("cost", &TrajOptData::cost_, "Cost of the trajectory evaluated last.")
      .def_rw("term_cost", &TrajOptData::term_cost_data, "Data of the terminal cost.")
      .def_prop_rw(
          "term_constraint",
          [](nb::pointer_and_handle<TrajOptData> d) {
            return shared_data<StdVec_StageFunctionData>(d.h, d.p->term_cstr_data);
          },
          [](TrajOptData &d, nb::handle data) { assign_shared_data(d.term_cstr_data, data, "term_constraint"); },
          "Data of the terminal constraints.")
      .def_prop_ro(
          "stage_data",
          [](nb::pointer_and_handle<TrajOptData> d) { return shared_data<StdVec_StageData>(d.h, d.p->stage_data); },
          "Data of the stages.");
}

void check_initial_state(const VectorXs &x0) {
  if (!x0.allFinite())
    raise_value_error("x0: expected finite numbers");
}

void remove_terminal_constraints(TrajOptProblem &problem) {
  check_not_being_solved(problem);
  for (auto &func : problem.term_cstrs_.funcs)
    retire(std::move(func));
  for (auto &set : problem.term_cstrs_.sets)
    retire(std::move(set));
  problem.removeTerminalConstraints();
}

} // namespace

void check_trajectory(const TrajOptProblem &problem, const Vectors &xs, const Vectors &us, const char *xs_name,
                      const char *us_name) {
  const size_t N = problem.numSteps();
  if (xs.size() != N + 1)
    raise_value_error("{}: expected {} arrays (number of stages + 1), got {}", xs_name, N + 1, xs.size());
  if (us.size() != N)
    raise_value_error("{}: expected {} arrays (number of stages), got {}", us_name, N, us.size());
  for (size_t i = 0; i <= N; ++i) {
    const int nx = i < N ? problem.stages_[i]->nx1() : problem.term_cost_->nx();
    if (xs[i].size() != nx)
      raise_value_error("{}[{}]: expected an array of shape ({},), got ({},)", xs_name, i, nx, xs[i].size());
    if (i < N && us[i].size() != problem.stages_[i]->nu())
      raise_value_error("{}[{}]: expected an array of shape ({},), got ({},)", us_name, i, problem.stages_[i]->nu(),
                        us[i].size());
  }
}

void bind_problem(nb::module_ &m) {
  bind_data(m);

  nb::class_<TrajOptProblem> cls(
      m, "TrajOptProblem",
      "Minimise the sum of the stages' costs and the terminal cost over trajectories x_0..x_N, u_0..u_{N-1} that satisfy "
      "the initial condition, the stages' dynamics and constraints, and the terminal constraints.");
  cls.def("__init__",
          [](TrajOptProblem *self, const PolyUnary &init_constraint, std::vector<PolyStage> stages,
             const PolyCost &term_cost) {
            new (self) TrajOptProblem(init_constraint, term_cost);
            self->stages_ = std::move(stages); // the constructor would copy them once more
          },
          "init_constraint"_a, "stages"_a, "term_cost"_a, "With any initial condition init_constraint(x_0) = 0.")
      .def("__init__",
           [](TrajOptProblem *self, const PolyUnary &init_constraint, const PolyCost &term_cost) {
             new (self) TrajOptProblem(init_constraint, term_cost);
           },
           "init_constraint"_a, "term_cost"_a, "The same, without stages yet: see addStage().")
      .def("__init__",
           [](TrajOptProblem *self, const VectorArg &x0, std::vector<PolyStage> stages, const PolyCost &term_cost) {
             if (stages.empty())
               raise_value_error("stages: expected at least one stage (or give nu and space instead)");
             const VectorXs x = x0.as("x0", stages[0]->nx1());
             check_initial_state(x);
             new (self) TrajOptProblem(x, stages[0]->nu(), stages[0]->xspace_, term_cost);
             self->stages_ = std::move(stages);
           },
           "x0"_a, "stages"_a, "term_cost"_a, "With the initial state x0, shape (nx,).")
      .def("__init__",
           [](TrajOptProblem *self, const VectorArg &x0, int nu, const PolyManifold &space, const PolyCost &term_cost) {
             const VectorXs x = x0.as("x0", space->nx());
             check_initial_state(x);
             new (self) TrajOptProblem(x, nu, space, term_cost);
           },
           "x0"_a, "nu"_a, "space"_a, "term_cost"_a, "The same, without stages yet: see addStage().")
      .def(
          "addStage",
          [](TrajOptProblem &p, const PolyStage &new_stage) {
            check_not_being_solved(p);
            p.addStage(new_stage);
          },
          "new_stage"_a, "Append a stage (a copy of it).")
      .def_prop_ro(
          "stages",
          [](nb::pointer_and_handle<TrajOptProblem> self) {
            TrajOptProblem *problem = self.p;
            const auto check = [problem](size_t, const StageModel *) { check_not_being_solved(*problem); };
            return models<StdVec_StageModel>(self.h, problem->stages_, true, check);
          },
          "The stages, as a sequence that is the problem's own: those given are cloned.")
      .def_prop_rw(
          "term_cost", [](const TrajOptProblem &p) -> const PolyCost & { return p.term_cost_; },
          [](TrajOptProblem &p, const PolyCost &cost) {
            check_not_being_solved(p);
            check_equal(cost->nx(), p.term_cost_->nx(), "term_cost.nx");
            check_equal(cost->ndx(), p.term_cost_->ndx(), "term_cost.ndx");
            check_equal(cost->nu, p.term_cost_->nu, "term_cost.nu");
            retire(std::exchange(p.term_cost_, cost));
          },
          nb::rv_policy::reference_internal, "The terminal cost.")
      .def_prop_rw(
          "term_constraints", [](TrajOptProblem &p) -> context::ConstraintStack & { return p.term_cstrs_; },
          [](TrajOptProblem &p, const context::ConstraintStack &constraints) {
            if (&constraints == &p.term_cstrs_)
              return;
            for (size_t i = 0; i < constraints.size(); ++i) {
              const Name name("term_constraints", i);
              check_terminal_function(*constraints.funcs[i], *p.term_cost_, name);
              check_set(*constraints.sets[i], constraints.funcs[i]->nr, name);
            }
            remove_terminal_constraints(p);
            p.term_cstrs_ = constraints;
          },
          "The terminal constraints.")
      .def_prop_ro("num_steps", &TrajOptProblem::numSteps, "Number of stages.")
      .def_prop_rw(
          "x0_init",
          [](nb::pointer_and_handle<TrajOptProblem> p) {
            // Of the initial condition, which may outlive the problem.
            return view(p.p->getInitState(), nb::cast(p.p->init_constraint_, nb::rv_policy::reference_internal, p.h));
          },
          [](TrajOptProblem &p, const VectorArg &x0) {
            const VectorXs x = x0.as("x0_init", p.getInitState().size());
            check_initial_state(x);
            p.setInitState(x);
          },
          "Initial state, (nx,). RuntimeError if the initial condition is not a StateErrorResidual.")
      .def_ro("init_constraint", &TrajOptProblem::init_constraint_, "The initial condition.")
      .def(
          "addTerminalConstraint",
          [](TrajOptProblem &p, const PolyFunction &func, const PolySet &set) {
            check_not_being_solved(p);
            check_terminal_function(*func, *p.term_cost_, "func");
            check_set(*set, func->nr, "set");
            p.addTerminalConstraint(func, set);
          },
          "func"_a, "set"_a, "Require that func(x_N) lies in the set.")
      .def("removeTerminalConstraints", &remove_terminal_constraints, "Remove all terminal constraints.")
      .def("removeTerminalConstraint", &remove_terminal_constraints, "Old name of removeTerminalConstraints().")
      .def(
          "evaluate",
          [](const TrajOptProblem &p, const VectorsArg &xs, const VectorsArg &us, TrajOptData &prob_data,
             size_t num_threads) {
            const Vectors x = xs.as("xs"), u = us.as("us");
            check_problem(p);
            check_trajectory(p, x, u, "xs", "us");
            check_data(p, prob_data);
            return p.evaluate(x, u, prob_data, num_threads);
          },
          "xs"_a, "us"_a, "prob_data"_a, "num_threads"_a = 1,
          "Evaluate costs, dynamics and constraints along a trajectory; return its cost. xs: N + 1 arrays (nx,), us: N "
          "arrays (nu,).")
      .def(
          "computeDerivatives",
          [](const TrajOptProblem &p, const VectorsArg &xs, const VectorsArg &us, TrajOptData &prob_data,
             size_t num_threads, bool compute_second_order) {
            const Vectors x = xs.as("xs"), u = us.as("us");
            check_problem(p);
            check_trajectory(p, x, u, "xs", "us");
            check_data(p, prob_data);
            p.computeDerivatives(x, u, prob_data, num_threads, compute_second_order);
          },
          "xs"_a, "us"_a, "prob_data"_a, "num_threads"_a = 1, "compute_second_order"_a = true,
          "Derivatives along a trajectory. Call evaluate() first.")
      .def(
          "replaceStageCircular",
          [](TrajOptProblem &p, const PolyStage &model) {
            check_not_being_solved(p);
            if (p.numSteps() == 0)
              throw nb::index_error("the problem has no stage to replace");
            PolyStage removed = p.replaceStageCircular(model);
            nb::object wrapper = nb::cast(&*removed, nb::rv_policy::reference);
            retire(std::move(removed));
            return wrapper;
          },
          "model"_a, "Append a stage and remove the first one, which is returned.")
      .def("checkIntegrity", [](const TrajOptProblem &p) {
             try {
               check_problem(p);
             } catch (nb::builtin_exception &) {
               return false;
             }
             return p.checkIntegrity();
           }, "Whether the dimensions of all parts agree.");
  def_copy<TrajOptProblem>(cls);

  m.def("computeTrajectoryCost", [](const TrajOptData &d) { return computeTrajectoryCost(d); }, "problem_data"_a,
        "Cost of the trajectory evaluated last.");
}

} // namespace aligator::python
