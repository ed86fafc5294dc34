// The layers of the U-Net, for one sample. Each takes its weights from where the one before it ended.
#pragma once

#include "kernels/convolve.h"
#include "kernels/dense.h"
#include "kernels/normalise.h"

namespace sobolev::SOBOLEV_ISA {

namespace {

struct Cursor {
    const float *at;
    const float *take(long count) {
        const float *here = at;
        at += count;
        return here;
    }
};

// What a block forgets when it is done: its convolution's output, what is between its two, 1 / deviation by channel.
struct Scratch {
    float *convolved;
    float *between;
    float *scale;
};

// y = bias + w * x, or y += ..
template <int LENGTH, int WIDTH>
void convolve(Cursor &weights, Rows x, int in, Rows y, int out, bool add = false) {
    const float *weight = weights.take(static_cast<long>(out) * in * WIDTH);
    Kept<LENGTH, WIDTH>::run(x, in, weight, weights.take(out), y, out, 1, add);
}

template <int LENGTH> void halve(Cursor &weights, Rows x, Rows y, int channels) {
    const float *weight = weights.take(3L * channels * channels);
    Strided<LENGTH, 3>::run(x, channels, weight, weights.take(channels), y, channels, 1, false);
}

template <int LENGTH> void double_length(Cursor &weights, Rows x, Rows y, int channels) {
    const float *weight = weights.take(4L * channels * channels);
    Spread<LENGTH, 4>::run(x, channels, weight, weights.take(channels), y, channels, 1, false);
}

// Convolution -> GroupNorm -> Mish, then FiLM or a residual unless null.
template <int LENGTH, int WIDTH>
void conv_block(Cursor &weights, Rows x, int in, Rows y, int out, int groups, const Scratch &scratch,
                const float *film = nullptr, Rows residual = {}) {
    const int packed = padded(out);
    const Rows h{scratch.convolved, 0, packed};
    convolve<LENGTH, WIDTH>(weights, x, in, h, packed);
    const float *gamma = weights.take(packed), *beta = weights.take(packed);
    const Norm norm{packed, out / groups, out, gamma, beta};
    Normalisation<LENGTH>::forward(norm, h, scratch.scale, {const_cast<float *>(film), 0}, residual, y, 1); // film: read
}

// Two of them with FiLM between, added to x or to its projection.
template <int LENGTH, int WIDTH, bool PROJECTS>
void residual_block(Cursor &weights, Cursor &film, Rows x, int in, Rows y, int out, int groups,
                    const Scratch &scratch) {
    const int packed = padded(out);
    const Rows between{scratch.between, 0, packed};
    conv_block<LENGTH, WIDTH>(weights, x, in, between, out, groups, scratch, film.take(2L * packed));
    conv_block<LENGTH, WIDTH>(weights, between, packed, y, out, groups, scratch, nullptr, PROJECTS ? Rows{} : x);
    if (PROJECTS) convolve<LENGTH, 1>(weights, x, in, y, packed, true);
}

} // namespace

} // namespace sobolev::SOBOLEV_ISA
