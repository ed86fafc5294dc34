#include "fddp.hpp"
#include "module.hpp"
#include "proxddp.hpp"
#include "sequences.hpp"
#include "trampolines.hpp"

#include <aligator/core/history-callback.hpp>

namespace aligator::python {

namespace {

using ResultsBase = ResultsBaseTpl<Scalar>;
using WorkspaceBase = WorkspaceBaseTpl<Scalar>;

struct PyCallback : CallbackBase {
  NB_TRAMPOLINE(CallbackBase);
  void call(const WorkspaceBase &workspace, const ResultsBase &results) override {
    call_override(nb_trampoline, "call", true, workspace, results);
  }
};

/// The library's callback reads the solver through a bare pointer; this one does so only while the solver exists.
struct HistoryCallback : HistoryCallbackTpl<Scalar> {
  using Base = HistoryCallbackTpl<Scalar>;
  std::weak_ptr<SolverProxDDP *> proxddp;

  HistoryCallback(bool store_pd_vars, bool store_values)
      : Base(&unknown_solver, store_pd_vars, store_values) {}

  void call(const WorkspaceBase &workspace, const ResultsBase &results) override {
    const nb::gil_scoped_acquire gil; // Python may be looking at the records
    Base::call(workspace, results);
    if (const auto solver = proxddp.lock()) {
      prim_tols.push_back((*solver)->prim_tol_);
      dual_tols.push_back((*solver)->inner_tol_);
      inner_crits.push_back((*solver)->workspace_.inner_criterion);
      if (store_primal_dual_vars_)
        lams.push_back((*solver)->results_.lams);
    }
  }

private:
  static inline const int unknown_solver = 0;
};

} // namespace

void bind_callbacks(nb::module_ &m) {
  nb::class_<CallbackBase, PyCallback>(
      m, "BaseCallback", "Base of callbacks: a subclass defines call(workspace, results), run at every iteration.")
      .def(nb::init<>())
      .def(
          "call",
          [](CallbackBase &self, const WorkspaceBase &workspace, const ResultsBase &results) {
            if (dynamic_cast<PyCallback *>(&self))
              raise_not_implemented("BaseCallback.call");
            self.call(workspace, results);
          },
          "workspace"_a, "results"_a, "Called by the solver.");

  nb::class_<HistoryCallback, CallbackBase> history(m, "HistoryCallback",
                                                    "Records the progress of a solver, one entry per iteration.");
  history
      .def("__init__",
           [](HistoryCallback *self, const SolverProxDDP &solver, bool store_pd_vars, bool store_values) {
             new (self) HistoryCallback(store_pd_vars, store_values);
             self->proxddp = solver.token;
           },
           "solver"_a, "store_pd_vars"_a = true, "store_values"_a = true,
           "store_pd_vars: keep the trajectories (xs, us, lams); store_values: keep costs and merit values.");
  history.def("__init__",
              [](HistoryCallback *self, const SolverFDDP &, bool store_pd_vars, bool store_values) {
                new (self) HistoryCallback(store_pd_vars, store_values);
              },
              "solver"_a, "store_pd_vars"_a = true, "store_values"_a = true);
  const auto scalars = [&history](const char *name, auto member, const char *doc) {
    history.def_prop_ro(
        name,
        [member](nb::pointer_and_handle<HistoryCallback> h) { return values<StdVec_Scalar>(h.h, h.p->*member); },
        doc);
  };
  scalars("values", &HistoryCallback::values, "Costs.");
  scalars("merit_values", &HistoryCallback::merit_values, "Values of the merit function.");
  scalars("prim_infeas", &HistoryCallback::prim_infeas, "Primal infeasibilities.");
  scalars("dual_infeas", &HistoryCallback::dual_infeas, "Dual infeasibilities.");
  scalars("inner_crits", &HistoryCallback::inner_crits, "Criteria of the inner loop.");
  scalars("al_index", &HistoryCallback::al_index, "Augmented Lagrangian iteration.");
  scalars("prim_tols", &HistoryCallback::prim_tols, "Primal tolerances.");
  scalars("dual_tols", &HistoryCallback::dual_tols, "Tolerances of the inner loop.");
  const auto trajectories = [&history](const char *name, auto member, const char *doc) {
    history.def_prop_ro(
        name,
        [member](const HistoryCallback &h) {
          // Copies: the library moves its records in memory as they become more.
          nb::list items;
          for (const Vectors &trajectory : h.*member)
            items.append(to_python(trajectory));
          return items;
        },
        doc);
  };
  trajectories("xs", &HistoryCallback::xs, "States of every iteration.");
  trajectories("us", &HistoryCallback::us, "Controls of every iteration.");
  trajectories("lams", &HistoryCallback::lams, "Co-states of every iteration.");
}

} // namespace aligator::python
