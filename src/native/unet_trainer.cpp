// The exact gradient of the stochastic first-order term of (11) without double backward. With D = M_net do/dx, where
// M_net = d mu / d o and do/dx = M, the term of one sample is
//     w | rho |^2,  rho = D^T v - J^T v,
// and its gradient with respect to the weights is 2 w rho . d(D^T v) = d(v^T D r) 2 with r = w rho held fixed: the
// gradient of a derivative along the one direction M r. So: one reverse pass for D^T v, one forward pass along M r, one
// reverse pass over both. The estimator with a direction d in state space needs the last two only, along M d.
#include "unet_trainer.h"

#include "first_order.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace sobolev {

UnetTrainer::UnetTrainer(const Kernels &kernels, const UnetShape &shape, Schedule schedule, int history, Layout layout)
    : kernels_(kernels), layout_(std::move(layout)), unet_(shape, layout_), conditioning_(unet_, layout_),
      schedule_(std::move(schedule)), history_(history), trainable_(kernels, layout_), at_(unet_, 2 * CAPACITY, true),
      film_(2L * CAPACITY * unet_.film_size()), d_film_(2L * CAPACITY * unet_.film_size()),
      mish_o_(2L * CAPACITY * conditioning_.observation_size()),
      plain_(static_cast<long>(CAPACITY) * shape.horizon * padded(shape.action_dim)),
      observation_(static_cast<long>(CAPACITY) * conditioning_.observation_size()),
      slope_(static_cast<long>(CAPACITY) * conditioning_.observation_size()),
      d_mish_o_(static_cast<long>(CAPACITY) * conditioning_.observation_size()),
      direction_(static_cast<long>(CAPACITY) * conditioning_.observation_size()) {}

Losses UnetTrainer::gradient(const Minibatch &batch) {
    Losses losses;
    trainable_.gradient.zero();
    conditioning_.clear();
    conditioning_.forward(kernels_, trainable_.weights.data());
    for (long b = 0; b < batch.size; b += CAPACITY)
        few(batch, b, static_cast<int>(std::min<long>(CAPACITY, batch.size - b)), losses);
    conditioning_.backward(kernels_, trainable_.transposed.data(), trainable_.gradient.data());
    const double entries = static_cast<double>(unet_.shape().horizon) * unet_.shape().action_dim;
    losses.plain /= static_cast<double>(batch.size) * entries;
    if (batch.estimator != Estimator::none) losses.sobolev /= static_cast<double>(batch.size) * batch.projection_count;
    return losses;
}

void UnetTrainer::few(const Minibatch &batch, long first, int samples, Losses &losses) {
    const float *weights = trainable_.weights.data(), *transposed = trainable_.transposed.data();
    float *gradient = trainable_.gradient.data();
    const long *step = batch.step + first;
    load(batch, first, samples);
    conditioning_.film(kernels_, weights, mish_o_.data(), step, film_.data(), samples);
    unet_.forward(kernels_, weights, at_, film_.data(), samples);
    plain_gradient(batch, first, samples, losses);
    const std::size_t values = sizeof(float) * static_cast<std::size_t>(samples * at_.d_output.stride);
    if (batch.estimator == Estimator::none) {
        std::memcpy(at_.d_output.data, plain_.data(), values);
        unet_.backward(kernels_, weights, transposed, gradient, at_, film_.data(), d_film_.data(), samples, false);
        conditioning_.collect(d_film_.data(), step, samples);
        conditioning_.observation_weight(kernels_, mish_o_.data(), d_film_.data(), gradient, samples);
        return;
    }
    for (int p = 0; p < batch.projection_count; p++) {
        if (batch.estimator == Estimator::output) output_direction(batch, first, samples, p, losses);
        else state_direction(batch, first, samples, p);
        along_direction(samples);
        if (p == 0) std::memcpy(at_.d_output.data, plain_.data(), values);
        else std::memset(at_.d_output.data, 0, values);
        if (batch.estimator == Estimator::output) output_cotangent(batch, first, samples, p);
        else state_cotangent(batch, first, samples, p, losses);
        unet_.backward(kernels_, weights, transposed, gradient, at_, film_.data(), d_film_.data(), samples, true);
        conditioning_.collect(d_film_.data(), step, samples);
        conditioning_.observation_weight(kernels_, mish_o_.data(), d_film_.data(), gradient, 2 * samples);
    }
}

// tau_i of (3) with its known entries clean, and mish(o) with its slope.
void UnetTrainer::load(const Minibatch &batch, long first, int samples) {
    const UnetShape &shape = unet_.shape();
    const int na = shape.action_dim, no = shape.observation_dim, size = conditioning_.observation_size();
    observation_.zero();
    for (int n = 0; n < samples; n++) {
        const long b = first + n;
        std::memcpy(observation_.data() + n * size, batch.observation + b * no,
                    sizeof(float) * static_cast<std::size_t>(no));
        const std::size_t i = static_cast<std::size_t>(batch.step[b]);
        const float signal = schedule_.signal[i], noise = schedule_.noise[i];
        for (int l = 0; l < shape.horizon; l++)
            for (int c = 0; c < na; c++) {
                const long entry = (b * shape.horizon + l) * na + c;
                float &tau = at_.input.data[n * at_.input.stride + l * at_.input.leading + c];
                tau = batch.chunk[entry];
                if (l >= history_) tau = signal * tau + noise * batch.noise[entry];
            }
    }
    // the chunk tau_i is held fixed in (11): its derivative is zero
    std::memset(at_.input.data + samples * at_.input.stride, 0,
                sizeof(float) * static_cast<std::size_t>(samples * at_.input.stride));
    kernels_.mish(observation_.data(), mish_o_.data(), slope_.data(), nullptr, static_cast<long>(samples) * size);
}

void UnetTrainer::plain_gradient(const Minibatch &batch, long first, int samples, Losses &losses) {
    const UnetShape &shape = unet_.shape();
    const int na = shape.action_dim;
    const float *target = schedule_.predicts_noise ? batch.noise : batch.chunk;
    const double factor = 2.0 / (static_cast<double>(batch.size) * shape.horizon * na);
    for (int n = 0; n < samples; n++)
        for (int l = 0; l < shape.horizon; l++)
            for (int c = 0; c < na; c++) {
                const long at = n * at_.output.stride + l * at_.output.leading + c;
                const float error = at_.output.data[at] - target[((first + n) * shape.horizon + l) * na + c];
                losses.plain += static_cast<double>(error) * error;
                plain_[at] = static_cast<float>(factor) * error;
            }
}

const float *UnetTrainer::projection(const Minibatch &batch, long sample, int index) const {
    const UnetShape &shape = unet_.shape();
    const long size =
        batch.estimator == Estimator::output ? static_cast<long>(shape.horizon) * shape.action_dim : batch.tangent_dim;
    return batch.projections + (index * batch.size + sample) * size;
}

// d tau_0 / d output: 1, or from (3) where the network predicts the noise.
float UnetTrainer::output_scale(long step) const {
    const std::size_t i = static_cast<std::size_t>(step);
    return schedule_.predicts_noise ? -schedule_.noise[i] / schedule_.signal[i] : 1.f;
}

// direction = M r with r = w (D^T v - J^T v), by a reverse pass from v; adds w |D^T v - J^T v|^2 to the loss.
void UnetTrainer::output_direction(const Minibatch &batch, long first, int samples, int p, Losses &losses) {
    const UnetShape &shape = unet_.shape();
    const int na = shape.action_dim, no = shape.observation_dim, ndx = batch.tangent_dim;
    const int size = conditioning_.observation_size();
    for (int n = 0; n < samples; n++) {
        const float *v = projection(batch, first + n, p);
        const float scale = output_scale(batch.step[first + n]);
        for (int l = 0; l < shape.horizon; l++)
            for (int c = 0; c < na; c++)
                at_.d_output.data[n * at_.d_output.stride + l * at_.d_output.leading + c] = scale * v[l * na + c];
    }
    unet_.backward(kernels_, trainable_.weights.data(), trainable_.transposed.data(), nullptr, at_, film_.data(),
                   d_film_.data(), samples, false);
    conditioning_.to_observation(kernels_, trainable_.transposed.data(), d_film_.data(), d_mish_o_.data(), samples);
    direction_.zero();
    for (long i = 0; i < static_cast<long>(samples) * size; i++) d_mish_o_[i] *= slope_[i];
    std::vector<float> r(static_cast<std::size_t>(ndx));
    for (int n = 0; n < samples; n++) {
        const long b = first + n;
        losses.sobolev +=
            residual_direction(batch.observation_jacobian + b * no * ndx, no, ndx, d_mish_o_.data() + n * size,
                               batch.chunk_jacobian + b * shape.horizon * na * ndx, projection(batch, b, p),
                               shape.horizon * na, batch.sobolev_weight[b], r.data(), direction_.data() + n * size);
    }
}

// direction = M d
void UnetTrainer::state_direction(const Minibatch &batch, long first, int samples, int p) {
    const int no = unet_.shape().observation_dim, ndx = batch.tangent_dim, size = conditioning_.observation_size();
    direction_.zero();
    for (int n = 0; n < samples; n++)
        push_forward(batch.observation_jacobian + (first + n) * no * ndx, no, ndx, projection(batch, first + n, p),
                     direction_.data() + n * size);
}

// The forward pass along `direction` in the space of observations.
void UnetTrainer::along_direction(int samples) {
    const long size = static_cast<long>(samples) * conditioning_.observation_size();
    float *mish_o_d = mish_o_.data() + size;
    for (long i = 0; i < size; i++) mish_o_d[i] = slope_[i] * direction_[i];
    conditioning_.film_tangent(kernels_, trainable_.weights.data(), mish_o_d,
                               film_.data() + static_cast<long>(samples) * unet_.film_size(), samples);
    unet_.tangent(kernels_, trainable_.weights.data(), at_, film_.data(), samples);
}

void UnetTrainer::output_cotangent(const Minibatch &batch, long first, int samples, int p) {
    const UnetShape &shape = unet_.shape();
    const int na = shape.action_dim;
    const double factor = 2.0 * batch.lambda / (static_cast<double>(batch.size) * batch.projection_count);
    for (int n = 0; n < samples; n++) {
        const float *v = projection(batch, first + n, p);
        const float scale = static_cast<float>(factor) * output_scale(batch.step[first + n]);
        for (int l = 0; l < shape.horizon; l++)
            for (int c = 0; c < na; c++)
                at_.d_output.data[(samples + n) * at_.d_output.stride + l * at_.d_output.leading + c] =
                    scale * v[l * na + c];
    }
}

// Of w ndx / ((T_p - T_h) na) | (D - J) d |^2 over the unknown entries.
void UnetTrainer::state_cotangent(const Minibatch &batch, long first, int samples, int p, Losses &losses) {
    const UnetShape &shape = unet_.shape();
    const int na = shape.action_dim, ndx = batch.tangent_dim;
    const double ratio = static_cast<double>(ndx) / ((shape.horizon - history_) * na);
    const double factor = 2.0 * batch.lambda * ratio / (static_cast<double>(batch.size) * batch.projection_count);
    for (int n = 0; n < samples; n++) {
        const long b = first + n;
        const float *d = projection(batch, b, p);
        const float *jacobian = batch.chunk_jacobian + b * shape.horizon * na * ndx;
        const float scale = output_scale(batch.step[b]), w = batch.sobolev_weight[b];
        double squared = 0;
        for (int l = 0; l < shape.horizon; l++)
            for (int c = 0; c < na; c++) {
                const long at = (samples + n) * at_.d_output.stride + l * at_.d_output.leading + c;
                if (l < history_) {
                    at_.d_output.data[at] = 0;
                    continue;
                }
                const float error = scale * at_.output.data[at] - along(jacobian, l * na + c, ndx, d);
                squared += static_cast<double>(error) * error;
                at_.d_output.data[at] = static_cast<float>(factor) * w * scale * error;
            }
        losses.sobolev += w * ratio * squared;
    }
}

} // namespace sobolev
