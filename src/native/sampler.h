// Predictions of a diffusion policy: DDPM with the U-Net, everything normalised.
#pragma once

#include "conditioning.h"
#include "schedule.h"
#include "unet.h"

namespace sobolev {

class Sampler {
  public:
    Sampler(const Kernels &kernels, const UnetShape &shape, Schedule schedule, int history, Layout layout);

    const Layout &layout() const { return layout_; }
    float *weights() { return weights_.data(); }
    void prepare(); // call after a change of weights

    // observation (batch, no), known (batch, T_h, na), noise (batch, N_diff, T_p, na) -> chunk (batch, T_p, na)
    void sample(const float *observation, const float *known, const float *noise, float *chunk, long batch);

    const UnetShape &shape() const { return unet_.shape(); }
    int history() const { return history_; }

  private:
    static constexpr int CAPACITY = 4; // samples that pass through the network together

    void sample_few(const float *observation, const float *known, const float *noise, float *chunk, int samples);

    const Kernels &kernels_;
    Layout layout_;
    Unet unet_;
    Conditioning conditioning_;
    Schedule schedule_;
    int history_;
    Storage weights_;
    Activations at_;
    Storage film_observation_, film_, mish_o_;
};

} // namespace sobolev
