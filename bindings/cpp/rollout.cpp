#include "rollout.hpp"

namespace aligator::python {

void bind_rollout(nb::module_ &m) {
  bind_rollouts<ExplicitDynamics>(
      m, "rollout", [](const ExplicitDynamics &f, const VectorXs &x, const VectorXs &u, ExplicitDynamicsData &data) {
        f.forward(x, u, data);
        return VectorXs(data.xnext_);
      });
}

} // namespace aligator::python
