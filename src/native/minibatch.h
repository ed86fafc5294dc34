// The arguments of a gradient step.
#pragma once

#include "arguments.h"
#include "training.h"

namespace sobolev {

struct PolicyDims {
    int observation_dim, horizon, action_dim, diffusion_steps; // no steps: a direct policy
};

// A minibatch whose arrays stay alive with it.
class PythonMinibatch {
  public:
    PythonMinibatch(const PolicyDims &dims, const Call &call);
    const Minibatch &operator*() const { return batch_; }

  private:
    const float *keep(Input array);
    void read_diffusion(const PolicyDims &dims, const Call &call);
    void read_first_order(const PolicyDims &dims, const Call &call);

    Minibatch batch_{};
    std::vector<Input> arrays_;
    std::vector<long> steps_; // a copy: they are places in a table, and the array could change during the work
};

} // namespace sobolev
