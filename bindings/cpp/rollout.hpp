#pragma once

#include "checks.hpp"
#include "module.hpp"
#include "polymorphic.hpp"
#include "sequences.hpp"

#include <nanobind/stl/vector.h>

namespace aligator::python {

/// Rollouts as functions of the module, with one model or one for each step; next(f, x, u, data) is the state after a
/// step.
template <class Dynamics, class Next> void bind_rollouts(nb::module_ &m, const char *name, Next next) {
  const auto step = [next](const Dynamics &f, const VectorXs &x, const VectorXs &u, size_t i, auto &data) {
    if (x.size() != f.nx1())
      raise_value_error("dyn_model: step {} expects a state of shape ({},), got ({},)", i, f.nx1(), x.size());
    if (u.size() != f.nu)
      raise_value_error("us[{}]: expected an array of shape ({},), got ({},)", i, f.nu, u.size());
    return next(f, x, u, data);
  };
  m.def(
      name,
      [step](const Dynamics &dyn_model, const VectorArg &x0, const VectorsArg &us) {
        const Vectors controls = us.as("us");
        Vectors xs{state_arg(x0, dyn_model.space(), "x0")};
        const auto data = dyn_model.createData();
        for (size_t i = 0; i < controls.size(); ++i)
          xs.push_back(step(dyn_model, xs[i], controls[i], i, *data));
        return to_python(xs);
      },
      "dyn_model"_a, "x0"_a, "us"_a,
      "States x_0..x_N from x0 under the controls us. x0: (nx,), us: N arrays (nu,); returns N + 1 arrays (nx,).");
  m.def(
      name,
      [step](const std::vector<xyz::polymorphic<Dynamics>> &dyn_models, const VectorArg &x0, const VectorsArg &us) {
        const Vectors controls = us.as("us");
        if (dyn_models.size() != controls.size())
          raise_value_error("dyn_models: expected {} models (one for each control), got {}", controls.size(),
                            dyn_models.size());
        Vectors xs{dyn_models.empty() ? x0.as("x0") : state_arg(x0, dyn_models[0]->space(), "x0")};
        for (size_t i = 0; i < controls.size(); ++i)
          xs.push_back(step(*dyn_models[i], xs[i], controls[i], i, *dyn_models[i]->createData()));
        return to_python(xs);
      },
      "dyn_models"_a, "x0"_a, "us"_a, "The same with dynamics that change from step to step.");
}

} // namespace aligator::python
