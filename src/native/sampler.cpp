#include "sampler.h"

#include <algorithm>
#include <cstring>

namespace sobolev {

Sampler::Sampler(const Kernels &kernels, const UnetShape &shape, Schedule schedule, int history, Layout layout)
    : kernels_(kernels), layout_(std::move(layout)), unet_(shape, layout_), conditioning_(unet_, layout_),
      schedule_(std::move(schedule)), history_(history), weights_(layout_.size()), at_(unet_, CAPACITY, false),
      film_observation_(static_cast<long>(CAPACITY) * unet_.film_size()),
      film_(static_cast<long>(CAPACITY) * unet_.film_size()),
      mish_o_(static_cast<long>(CAPACITY) * conditioning_.observation_size()) {}

void Sampler::prepare() { conditioning_.forward(kernels_, weights_.data()); }

void Sampler::sample(const float *observation, const float *known, const float *noise, float *chunk, long batch) {
    const UnetShape &s = shape();
    const long entries = static_cast<long>(s.horizon) * s.action_dim;
    for (long b = 0; b < batch; b += CAPACITY) {
        const int samples = static_cast<int>(std::min<long>(CAPACITY, batch - b));
        sample_few(observation + b * s.observation_dim, known + b * history_ * s.action_dim,
                   noise + b * s.diffusion_steps * entries, chunk + b * entries, samples);
    }
}

void Sampler::sample_few(const float *observation, const float *known, const float *noise, float *chunk, int samples) {
    const UnetShape &s = shape();
    const int no = s.observation_dim, na = s.action_dim, film_size = unet_.film_size();
    const long entries = static_cast<long>(s.horizon) * na;
    const int observation_size = conditioning_.observation_size();
    mish_o_.zero();
    for (int n = 0; n < samples; n++)
        std::memcpy(mish_o_.data() + n * observation_size, observation + n * no,
                    sizeof(float) * static_cast<std::size_t>(no));
    kernels_.mish(mish_o_.data(), mish_o_.data(), nullptr, nullptr, static_cast<long>(samples) * observation_size);
    conditioning_.film_tangent(kernels_, weights_.data(), mish_o_.data(), film_observation_.data(), samples);

    // The chunk lives in at_.input with its channels padded.
    const auto write_known = [&](int n) {
        for (int l = 0; l < history_; l++)
            for (int c = 0; c < na; c++)
                at_.input.data[n * at_.input.stride + l * at_.input.leading + c] = known[(n * history_ + l) * na + c];
    };
    for (int n = 0; n < samples; n++)
        for (int l = 0; l < s.horizon; l++)
            for (int c = 0; c < na; c++)
                at_.input.data[n * at_.input.stride + l * at_.input.leading + c] =
                    noise[n * s.diffusion_steps * entries + l * na + c];
    for (int i = s.diffusion_steps - 1; i >= 0; i--) {
        const std::size_t step = static_cast<std::size_t>(i);
        const float *table = conditioning_.table() + static_cast<long>(i) * film_size;
        for (int n = 0; n < samples; n++) {
            write_known(n);
            const long row = static_cast<long>(n) * film_size;
            for (int c = 0; c < film_size; c++) film_[row + c] = film_observation_[row + c] + table[c];
        }
        unet_.forward(kernels_, weights_.data(), at_, film_.data(), samples);
        const float clean = schedule_.clean[step], noisy = schedule_.noisy[step], deviation = schedule_.deviation[step];
        const float noise_weight = schedule_.noise[step], signal = schedule_.signal[step];
        for (int n = 0; n < samples; n++) {
            const float *fresh = noise + (n * s.diffusion_steps + s.diffusion_steps - i) * entries; // not read at i = 0
            for (int l = 0; l < s.horizon; l++) {
                float *tau = at_.input.data + n * at_.input.stride + l * at_.input.leading;
                const float *output = at_.output.data + n * at_.output.stride + l * at_.output.leading;
                for (int c = 0; c < na; c++) {
                    const float tau_0 =
                        schedule_.predicts_noise ? (tau[c] - noise_weight * output[c]) / signal : output[c];
                    tau[c] = clean * tau_0 + noisy * tau[c];            // (5)
                    if (i > 0) tau[c] += deviation * fresh[l * na + c]; // (4)
                }
            }
        }
    }
    for (int n = 0; n < samples; n++) {
        write_known(n);
        for (int l = 0; l < s.horizon; l++)
            std::memcpy(chunk + n * entries + l * na, at_.input.data + n * at_.input.stride + l * at_.input.leading,
                        sizeof(float) * static_cast<std::size_t>(na));
    }
}

} // namespace sobolev
