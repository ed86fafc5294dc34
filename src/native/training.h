// What a gradient step reads, and what every trainer has: flat weights with Adam.
#pragma once

#include "layout.h"
#include "storage.h"

namespace sobolev {

enum class Estimator { none, output, state };

// A minibatch and its random numbers, as policies/losses.py (Batch) and policies/trainer.py (Draws) define them.
struct Minibatch {
    long size;                         // B
    int tangent_dim;                   // ndx
    const float *observation;          // (B, no)
    const float *observation_jacobian; // (B, no, ndx)
    const float *chunk;                // (B, T_p, na)
    const float *chunk_jacobian;       // (B, T_p, na, ndx)
    const float *sobolev_weight;       // (B,), over_steps included
    const long *step;                  // (B,); diffusion only
    const float *noise;                // (B, T_p, na); diffusion only
    const float *projections;          // output: (N_proj, B, T_p, na); state: (N_proj, B, ndx)
    int projection_count;              // N_proj
    Estimator estimator;
    float lambda;
};

struct Losses {
    double plain = 0;
    double sobolev = 0; // before its weight lambda
};

// Flat weights with their transposed copy, gradient and Adam's moments.
class Trainable {
  public:
    Trainable(const Kernels &kernels, const Layout &layout)
        : weights(layout.size()), transposed(layout.transposed_size()), gradient(layout.size()), kernels_(kernels),
          layout_(layout), mean_(layout.size()), square_(layout.size()) {}

    void prepare() { layout_.transpose(kernels_, weights.data(), transposed.data()); } // after a change of weights
    // One step of Adam. Nothing is changed, and it is an invalid_argument, where a weight would not stay finite.
    void adam(float rate);

    Storage weights, transposed, gradient;

  private:
    const Kernels &kernels_;
    const Layout &layout_;
    Storage mean_, square_;
    void check_step(float rate) const;

    long steps_ = 0;
};

class Trainer {
  public:
    virtual ~Trainer() = default;
    virtual const Layout &layout() const = 0;
    virtual Trainable &trainable() = 0;
    virtual Losses gradient(const Minibatch &batch) = 0; // into trainable().gradient
};

} // namespace sobolev
