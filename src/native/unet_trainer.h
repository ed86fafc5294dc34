// Gradients of (6) and (11) for a diffusion policy, without double backward.
#pragma once

#include "conditioning.h"
#include "schedule.h"
#include "training.h"
#include "unet.h"

namespace sobolev {

class UnetTrainer : public Trainer {
  public:
    UnetTrainer(const Kernels &kernels, const UnetShape &shape, Schedule schedule, int history, Layout layout);

    const Layout &layout() const override { return layout_; }
    Trainable &trainable() override { return trainable_; }
    Losses gradient(const Minibatch &batch) override;

  private:
    static constexpr int CAPACITY = 4; // samples at a time: their activations stay in the cache

    void few(const Minibatch &batch, long first, int samples, Losses &losses);
    void load(const Minibatch &batch, long first, int samples);
    void plain_gradient(const Minibatch &batch, long first, int samples, Losses &losses);
    void output_direction(const Minibatch &batch, long first, int samples, int projection, Losses &losses);
    void state_direction(const Minibatch &batch, long first, int samples, int projection);
    void along_direction(int samples);
    void output_cotangent(const Minibatch &batch, long first, int samples, int projection);
    void state_cotangent(const Minibatch &batch, long first, int samples, int projection, Losses &losses);
    const float *projection(const Minibatch &batch, long sample, int index) const;
    float output_scale(long step) const;

    const Kernels &kernels_;
    Layout layout_;
    Unet unet_;
    Conditioning conditioning_;
    Schedule schedule_;
    int history_;
    Trainable trainable_;
    Activations at_;
    // values, then derivatives: (2 CAPACITY, ..)
    Storage film_, d_film_, mish_o_, plain_;
    Storage observation_, slope_, d_mish_o_, direction_;
};

} // namespace sobolev
