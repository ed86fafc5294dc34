// From the diffusion step and the observation to rows of FiLM, and back.
//
//     film(i, o) = W mish([embedding(i), o]) + b = table[i] + W_o mish(o)
//
// for the FiLM layers of all residual blocks, stacked. The embedding, sinusoids and a two-layer perceptron, has only
// N_diff different inputs: it becomes a table, once per set of weights.
#pragma once

#include "layout.h"
#include "storage.h"
#include "unet.h"

namespace sobolev {

class Conditioning {
  public:
    Conditioning(const Unet &unet, Layout &layout);

    // Fills table(); keeps what `backward` needs.
    void forward(const Kernels &kernels, const float *weights);
    // film rows: table[step] + W_o mish(o); mish_o: (rows, observation_size).
    void film(const Kernels &kernels, const float *weights, const float *mish_o, const long *step, float *film,
              int rows) const;
    // film_d rows = W_o mish_o_d
    void film_tangent(const Kernels &kernels, const float *weights, const float *mish_o_d, float *film_d,
                      int rows) const;
    // Gradient with respect to mish(o), from d_film.
    void to_observation(const Kernels &kernels, const float *transposed, const float *d_film, float *d_mish_o,
                        int rows) const;
    // Adds the gradient of W_o; value and derivative rows alike.
    void observation_weight(const Kernels &kernels, const float *mish_o, const float *d_film, float *gradient,
                            int rows) const;
    // Sums d_film by step, to be called for values only; `clear` before the first.
    void clear() { d_table_.zero(); }
    void collect(const float *d_film, const long *step, int rows);
    // Adds the gradients of the table's weights.
    void backward(const Kernels &kernels, const float *weights, const float *transposed, float *gradient);

    int observation_size() const { return observation_; } // no, padded
    const float *table() const { return table_.data(); }

  private:
    int steps_, film_, embedding_, hidden_, observation_;
    long weight1_, bias1_, weight2_, bias2_, film_step_, film_observation_, film_bias_;
    long weight2_transposed_, film_step_transposed_, film_observation_transposed_;
    Storage sinusoids_, before1_, after1_, before2_, after2_, table_, d_table_, d_hidden_, d_embedding_, slope_;
};

} // namespace sobolev
