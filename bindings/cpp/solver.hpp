/// What the two solvers have in common on the Python side.
#pragma once

#include "being_solved.hpp"
#include "checks.hpp"
#include "polymorphic.hpp"

#include <aligator/core/callback-base.hpp>
#include <atomic>

namespace aligator::python {

using context::CallbackBase;

/// A solver that knows whether it is at work, since run() lets other Python threads go on meanwhile, and of which others
/// can tell whether it still exists.
template <class Base> struct GuardedSolver : Base {
  using Base::Base;
  std::atomic<bool> busy{false};
  std::shared_ptr<GuardedSolver *> token = std::make_shared<GuardedSolver *>(this);
};

/// Marks the solver as busy as long as it lives. Raises RuntimeError if another thread uses the solver.
class Busy {
public:
  explicit Busy(std::atomic<bool> &flag) : flag_(flag) {
    if (flag_.exchange(true))
      throw std::runtime_error("this solver is being used by another thread or by the callback that called this");
  }
  ~Busy() { flag_ = false; }

private:
  std::atomic<bool> &flag_;
};

/// An initial guess for `name`: either nothing or arrays of these sizes.
Vectors guess_arg(const VectorsArg &guess, const char *name, const std::vector<int> &sizes);

/// Sizes of the states and controls of a problem's trajectories.
std::vector<int> state_sizes(const TrajOptProblem &problem);
std::vector<int> control_sizes(const TrajOptProblem &problem);

/// Raise unless the solver was set up for a problem of these sizes.
void check_set_up(const TrajOptProblem &problem, bool initialized, const TrajOptData &data);

/// The wrappers of a solver's workspace and results, which keep the solver alive. While they exist, callbacks get these and
/// not ones that dangle if the callback keeps them longer than the solver lives.
template <class Solver> nb::object wrap_parts(nb::pointer_and_handle<Solver> solver) {
  return nb::make_tuple(nb::cast(&solver.p->workspace_, nb::rv_policy::reference_internal, solver.h),
                        nb::cast(&solver.p->results_, nb::rv_policy::reference_internal, solver.h));
}

/// Methods and properties that both solvers have.
template <class Solver, class Class> void def_solver(Class &cls) {
  cls.def_rw("verbose", &Solver::verbose_, "How much the solver prints.")
      .def_rw("max_iters", &Solver::max_iters, "Largest number of iterations.")
      .def_rw("ls_params", &Solver::ls_params, "Line search options.")
      .def_rw("target_tol", &Solver::target_tol_, "Tolerance on the infeasibilities.")
      .def_rw("reg_init", &Solver::reg_init, "Initial regularisation.")
      .def_rw("preg", &Solver::preg_, "Primal regularisation.")
      .def_rw("force_initial_condition", &Solver::force_initial_condition_,
              "Whether x_0 is set to the initial state before solving.")
      .def_prop_ro("num_threads", &Solver::getNumThreads, "Number of threads.")
      .def(
          "setNumThreads",
          [](Solver &s, size_t num_threads) {
            if (num_threads == 0)
              raise_value_error("num_threads: expected at least 1, got 0");
            s.setNumThreads(num_threads);
          },
          "num_threads"_a,
          "Set the number of threads. The library is built without OpenMP: more than one changes nothing.")
      .def(
          "setup",
          [](Solver &s, const TrajOptProblem &problem) {
            check_problem(problem);
            const Busy busy(s.busy);
            s.setup(problem);
          },
          "problem"_a, "Allocate the workspace and the results. Call it before run() and whenever sizes change.")
      .def(
          "registerCallback",
          [](Solver &s, const std::string &name, std::shared_ptr<CallbackBase> cb) {
            const Busy busy(s.busy);
            s.registerCallback(name, std::move(cb));
          },
          "name"_a, "cb"_a, "Have a callback called at every iteration.")
      .def(
          "removeCallback",
          [](Solver &s, const std::string &key) {
            const Busy busy(s.busy);
            if (!s.getCallback(key))
              throw nb::key_error(key.c_str());
            (void)s.removeCallback(key);
          },
          "key"_a, "Remove a callback. KeyError if there is none of this name.")
      .def(
          "getCallback",
          [](const Solver &s, const std::string &key) {
            auto callback = s.getCallback(key);
            if (!callback)
              throw nb::key_error(key.c_str());
            return callback;
          },
          "key"_a, "The callback of this name. KeyError if there is none.")
      .def(
          "getCallbackNames",
          [](const Solver &s) {
            nb::list names;
            for (const auto &name : s.getCallbackNames())
              names.append(nb::str(name.data(), name.size()));
            return std_vec("StdVec_StringView", names);
          },
          "Names of the callbacks.")
      .def(
          "clearCallbacks",
          [](Solver &s) {
            const Busy busy(s.busy);
            s.clearCallbacks();
          },
          "Remove all callbacks.")
      .def_prop_ro("results", [](Solver &s) -> auto & { return s.results_; }, nb::rv_policy::reference_internal,
                   "The results of the last run.")
      .def_prop_ro("workspace", [](Solver &s) -> auto & { return s.workspace_; }, nb::rv_policy::reference_internal,
                   "The workspace.");
}

} // namespace aligator::python
