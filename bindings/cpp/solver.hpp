/// What the two solvers have in common on the Python side.
#pragma once

#include "being_solved.hpp"
#include "checks.hpp"
#include "polymorphic.hpp"
#include "sequences.hpp"

#include <aligator/core/callback-base.hpp>
#include <aligator/solvers/proxddp/solver-proxddp.hpp>
#include <atomic>
#include <optional>

namespace aligator::python {

using context::CallbackBase;

/// A solver that knows whether it is at work, since run() lets other Python threads go on meanwhile, whether its parts fit
/// each other, and of which others can tell whether it still exists.
template <class Base> struct GuardedSolver : Base {
  using Base::Base;
  std::atomic<bool> busy{false};
  static constexpr bool sets_up_empty_problems = std::is_same_v<Base, context::SolverProxDDP>;
  bool ready = false; // from a setup() that succeeded to the next one that is begun
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

/// Lets other Python threads go on, unless the problem has stages that keep_the_lock() names.
class OtherThreadsGoOn {
public:
  explicit OtherThreadsGoOn(const TrajOptProblem &problem);

private:
  std::optional<nb::gil_scoped_release> release_;
};

/// An initial guess for `name`: either nothing or arrays of these sizes.
Vectors guess_arg(const VectorsArg &guess, const char *name, const std::vector<int> &sizes);

/// Sizes of the states and controls of a problem's trajectories.
std::vector<int> state_sizes(const TrajOptProblem &problem);
std::vector<int> control_sizes(const TrajOptProblem &problem);

/// A tolerance, a penalty, a regularisation: raise ValueError unless the number is finite and positive (or zero).
Scalar positive_arg(Scalar value, const char *name);
Scalar nonnegative_arg(Scalar value, const char *name);

/// Define a number of a solver that must be positive, or must not be negative.
template <class Class, class T>
void def_positive(Class &cls, const char *name, Scalar T::*member, const char *doc) {
  using Owner = typename Class::Type;
  cls.def_prop_rw(name, [member](const Owner &s) { return s.*member; },
                  [member, name](Owner &s, Scalar value) { s.*member = positive_arg(value, name); }, doc);
}
template <class Class, class T>
void def_nonnegative(Class &cls, const char *name, Scalar T::*member, const char *doc) {
  using Owner = typename Class::Type;
  cls.def_prop_rw(name, [member](const Owner &s) { return s.*member; },
                  [member, name](Owner &s, Scalar value) { s.*member = nonnegative_arg(value, name); }, doc);
}

/// A container of arrays that a struct has: how Python calls it, where it is, what it is.
template <class T> struct NamedVectors {
  const char *name;
  Vectors T::*member;
  const char *doc;
};

template <class T, class Class, size_t N> void def_vectors(Class &cls, const NamedVectors<T> (&vectors)[N]) {
  for (const auto &[name, member, doc] : vectors)
    cls.def_prop_ro(
        name, [member](nb::pointer_and_handle<T> self) { return array_views<StdVec_Vector>(self.h, self.p->*member); }, doc);
}
template <class T, size_t N> void detach_vectors(T &owner, const NamedVectors<T> (&vectors)[N]) {
  for (const auto &item : vectors)
    detach(owner.*item.member);
}

/// Raise unless the arrays of results have these sizes.
void check_sizes(const Vectors &vectors, const std::vector<int> &sizes, const char *what);

/// See detach(): for the arrays of all results and workspaces. What a solver has besides, its file adds in
/// detach_arrays(solver).
void detach_common(ResultsBaseTpl<Scalar> &results);
void detach_common(WorkspaceBaseTpl<Scalar> &workspace);

/// Raise RuntimeError unless the last setup() of the solver has succeeded.
template <class Solver> void check_ready(const Solver &solver) {
  if (!solver.ready)
    throw std::runtime_error(solver.workspace_.isInitialized()
                                 ? "the solver is not set up: its last setup(problem) has failed; call it again"
                                 : "setup(problem) must be called first");
}

/// Raise unless the solver was set up for a problem of these sizes.
void check_set_up(const TrajOptProblem &problem, const TrajOptData &data, const ResultsBaseTpl<Scalar> &results);

/// Allocate workspace and results, with allocate(solver, problem) of the solver's file; afterwards the solver is ready,
/// unless this raises.
template <class Solver> void set_up(Solver &solver, const TrajOptProblem &problem) {
  check_problem(problem, Solver::sets_up_empty_problems);
  const Busy busy(solver.busy);
  solver.ready = false;
  detach_arrays(solver);
  allocate(solver, problem);
  solver.ready = true;
}

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
      .def_rw("force_initial_condition", &Solver::force_initial_condition_,
              "Whether x_0 is set to the initial state before solving.")
      .def_prop_ro("num_threads", &Solver::getNumThreads, "Number of threads.")
      .def(
          "setNumThreads",
          [](Solver &s, size_t num_threads) {
            if (num_threads == 0)
              raise_value_error("num_threads: expected at least 1, got 0");
            const Busy busy(s.busy);
            s.setNumThreads(num_threads);
          },
          "num_threads"_a,
          "Set the number of threads. The library is built without OpenMP: more than one changes nothing.")
      .def(
          "setup",
          [](Solver &s, const TrajOptProblem &problem) {
            set_up(s, problem);
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
            const bool found = s.getCallback(key) != nullptr;
            (void)s.removeCallback(key); // FDDP's does not tell
            return found;
          },
          "key"_a, "Remove a callback; return whether there was one of this name.")
      .def(
          "getCallback",
          [](const Solver &s, const std::string &key) {
            auto callback = s.getCallback(key);
            if (!callback)
              throw nb::key_error(fmt::format("Key {} not found.", key).c_str());
            return callback;
          },
          "key"_a, "The callback of this name. KeyError if there is none.")
      .def(
          "getCallbackNames",
          [](const Solver &s) {
            nb::list names;
            for (const auto &name : s.getCallbackNames())
              names.append(nb::str(name.data(), name.size()));
            return sequence<StdVec_StringView>(names);
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
  def_positive(cls, "target_tol", &Solver::target_tol_, "Tolerance on the infeasibilities.");
  def_nonnegative(cls, "reg_init", &Solver::reg_init, "Initial regularisation.");
  def_nonnegative(cls, "preg", &Solver::preg_, "Primal regularisation.");
}

} // namespace aligator::python
