#include "conditioning.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace sobolev {

Conditioning::Conditioning(const Unet &unet, Layout &layout) {
    const UnetShape &shape = unet.shape();
    const int dim = shape.step_embedding_dim, half = dim / 2;
    steps_ = shape.diffusion_steps;
    film_ = unet.film_size();
    embedding_ = padded(dim);
    hidden_ = padded(4 * dim);
    observation_ = padded(shape.observation_dim);

    weight1_ = layout.dense("step_embedding.1.weight", 4 * dim, dim);
    bias1_ = layout.vector("step_embedding.1.bias", 4 * dim);
    weight2_ = layout.dense("step_embedding.3.weight", dim, 4 * dim);
    bias2_ = layout.vector("step_embedding.3.bias", dim);
    film_step_ = layout.reserve(static_cast<long>(film_) * embedding_);
    film_observation_ = layout.reserve(static_cast<long>(film_) * observation_);
    film_bias_ = layout.reserve(film_);
    const int condition = dim + shape.observation_dim;
    for (const Unet::FilmPiece &piece : unet.film_pieces()) {
        const Segments out{piece.channels, padded(piece.channels), static_cast<int>(piece.offset)};
        const int rows = 2 * piece.channels; // scale, then shift
        layout.declare(piece.name + ".weight", {rows, condition});
        layout.declare(piece.name + ".bias", {rows});
        layout.place({piece.name + ".weight", rows, dim, 1, 0, condition, 1, 0, out, plain(dim), film_step_,
                      static_cast<long>(embedding_) * BLOCK});
        layout.place({piece.name + ".weight", rows, shape.observation_dim, 1, dim, condition, 1, 0, out,
                      plain(shape.observation_dim), film_observation_, static_cast<long>(observation_) * BLOCK});
        layout.place({piece.name + ".bias", rows, 1, 1, 0, 1, 0, 0, out, plain(1), film_bias_, BLOCK});
    }
    weight2_transposed_ = layout.transposed(weight2_, hidden_, embedding_, 1, true);
    film_step_transposed_ = layout.transposed(film_step_, embedding_, film_, 1, true);
    film_observation_transposed_ = layout.transposed(film_observation_, observation_, film_, 1, true);

    sinusoids_ = Storage(static_cast<long>(steps_) * embedding_);
    for (int i = 0; i < steps_; i++)
        for (int f = 0; f < half; f++) {
            // in float32 as PyTorch has it
            const float decay = static_cast<float>(-(std::log(10000.0) / (half - 1)));
            const float angle = static_cast<float>(i) * std::exp(static_cast<float>(f) * decay);
            sinusoids_[static_cast<long>(i) * embedding_ + f] = std::sin(angle);
            sinusoids_[static_cast<long>(i) * embedding_ + half + f] = std::cos(angle);
        }
    const long steps = steps_;
    before1_ = Storage(steps * hidden_);
    after1_ = Storage(steps * hidden_);
    before2_ = Storage(steps * embedding_);
    after2_ = Storage(steps * embedding_);
    table_ = Storage(steps * film_);
    d_table_ = Storage(steps * film_);
    d_hidden_ = Storage(steps * hidden_);
    d_embedding_ = Storage(steps * embedding_);
    slope_ = Storage(steps * std::max(hidden_, embedding_));
}

void Conditioning::forward(const Kernels &k, const float *w) {
    k.dense(sinusoids_.data(), embedding_, embedding_, w + weight1_, w + bias1_, before1_.data(), hidden_, hidden_,
            steps_, false);
    k.mish(before1_.data(), after1_.data(), nullptr, nullptr, before1_.size());
    k.dense(after1_.data(), hidden_, hidden_, w + weight2_, w + bias2_, before2_.data(), embedding_, embedding_, steps_,
            false);
    k.mish(before2_.data(), after2_.data(), nullptr, nullptr, before2_.size());
    k.dense(after2_.data(), embedding_, embedding_, w + film_step_, w + film_bias_, table_.data(), film_, film_, steps_,
            false);
}

void Conditioning::film(const Kernels &k, const float *w, const float *mish_o, const long *step, float *film,
                        int rows) const {
    for (int r = 0; r < rows; r++)
        std::memcpy(film + static_cast<long>(r) * film_, table_.data() + step[r] * film_,
                    sizeof(float) * static_cast<std::size_t>(film_));
    k.dense(mish_o, observation_, observation_, w + film_observation_, nullptr, film, film_, film_, rows, true);
}

void Conditioning::film_tangent(const Kernels &k, const float *w, const float *mish_o_d, float *film_d,
                                int rows) const {
    k.dense(mish_o_d, observation_, observation_, w + film_observation_, nullptr, film_d, film_, film_, rows, false);
}

void Conditioning::to_observation(const Kernels &k, const float *t, const float *d_film, float *d_mish_o,
                                  int rows) const {
    k.dense(d_film, film_, film_, t + film_observation_transposed_, nullptr, d_mish_o, observation_, observation_, rows,
            false);
}

void Conditioning::observation_weight(const Kernels &k, const float *mish_o, const float *d_film, float *gradient,
                                      int rows) const {
    k.dense_weight(mish_o, observation_, observation_, d_film, film_, film_, gradient + film_observation_, rows);
}

void Conditioning::collect(const float *d_film, const long *step, int rows) {
    for (int r = 0; r < rows; r++) {
        float *sum = d_table_.data() + step[r] * film_;
        const float *row = d_film + static_cast<long>(r) * film_;
        for (int c = 0; c < film_; c++) sum[c] += row[c];
    }
}

void Conditioning::backward(const Kernels &k, const float *t, float *gradient) {
    const auto bias = [&](const float *rows, int size, float *target) {
        k.sum_rows({const_cast<float *>(rows), 0, size}, steps_, size, 1, target);
    };
    const auto through_mish = [&](const float *before, float *d, long size) {
        k.mish(before, nullptr, slope_.data(), nullptr, size);
        for (long i = 0; i < size; i++) d[i] *= slope_[i];
    };
    bias(d_table_.data(), film_, gradient + film_bias_);
    k.dense_weight(after2_.data(), embedding_, embedding_, d_table_.data(), film_, film_, gradient + film_step_,
                   steps_);
    k.dense(d_table_.data(), film_, film_, t + film_step_transposed_, nullptr, d_embedding_.data(), embedding_,
            embedding_, steps_, false);
    through_mish(before2_.data(), d_embedding_.data(), d_embedding_.size());
    bias(d_embedding_.data(), embedding_, gradient + bias2_);
    k.dense_weight(after1_.data(), hidden_, hidden_, d_embedding_.data(), embedding_, embedding_, gradient + weight2_,
                   steps_);
    k.dense(d_embedding_.data(), embedding_, embedding_, t + weight2_transposed_, nullptr, d_hidden_.data(), hidden_,
            hidden_, steps_, false);
    through_mish(before1_.data(), d_hidden_.data(), d_hidden_.size());
    bias(d_hidden_.data(), hidden_, gradient + bias1_);
    k.dense_weight(sinusoids_.data(), embedding_, embedding_, d_hidden_.data(), hidden_, hidden_, gradient + weight1_,
                   steps_);
}

} // namespace sobolev
