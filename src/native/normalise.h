// GroupNorm, Mish and FiLM of one layer. With mu, s the mean and 1 / standard deviation over a group (its channels,
// all positions), per image:
//     x_hat = s (h - mu),  y = gamma x_hat + beta,  z = mish(y),  out = a z + b + residual        (a = 1, b = 0: no
//     FiLM)
// Each pass runs over all channels before the next, with one sum per channel in between, so that groups of any size
// are handled in one place, `group_totals`.
#pragma once

#include "simd.h"

namespace sobolev::SOBOLEV_ISA {

namespace {

using Channels = float[MAX_CHANNELS];

// Replaces the sum of each channel by the sum of its group, times `factor`.
SOBOLEV_INLINE void group_totals(float *sums, const Norm &norm, float factor) {
    const int group = norm.group;
    const bool power_of_two = (group & (group - 1)) == 0;
    if (power_of_two && group <= LANES) {
        for (int c = 0; c < norm.channels; c += LANES) store(sums + c, run_sum(load(sums + c), group) * factor);
    } else if (power_of_two && norm.channels % group == 0) {
        for (int c = 0; c < norm.channels; c += group) {
            Vec total = load(sums + c);
            for (int j = LANES; j < group; j += LANES) total += load(sums + c + j);
            total = run_sum(total, LANES) * factor;
            for (int j = 0; j < group; j += LANES) store(sums + c + j, total);
        }
    } else {
        for (int c = 0; c < norm.real; c += group) {
            float total = 0;
            for (int j = 0; j < group; j++) total += sums[c + j];
            for (int j = 0; j < group; j++) sums[c + j] = total * factor;
        }
        for (int c = norm.real; c < norm.channels; c++) sums[c] = 0;
    }
}

template <int LENGTH> struct Normalisation {
    // Independent chains of additions in a sum over positions.
    static constexpr int CHAINS = LENGTH < 4 ? LENGTH : 4;

    template <class Term> SOBOLEV_INLINE Vec over_positions(Term term) {
        Vec sum[CHAINS];
        SOBOLEV_UNROLL
        for (int q = 0; q < CHAINS; q++) sum[q] = term(q);
        SOBOLEV_UNROLL
        for (int l = CHAINS; l < LENGTH; l += CHAINS) {
            SOBOLEV_UNROLL
            for (int q = 0; q < CHAINS; q++) sum[q] += term(l + q);
        }
        if constexpr (CHAINS == 4) return (sum[0] + sum[1]) + (sum[2] + sum[3]);
        if constexpr (CHAINS == 2) return sum[0] + sum[1];
        return sum[0];
    }

    template <bool FILM, bool RESIDUAL>
    SOBOLEV_INLINE void activate(const Norm &norm, Rows h, const float *mean, const float *scale, const float *film,
                                 const float *residual, int residual_leading, float *out, int out_leading) {
        for (int c = 0; c < norm.channels; c += LANES) {
            const Vec mu = load(mean + c), s = load(scale + c), gamma = load(norm.gamma + c),
                      beta = load(norm.beta + c);
            Vec a, b;
            if constexpr (FILM) a = load(film + c), b = load(film + norm.channels + c);
            SOBOLEV_UNROLL
            for (int l = 0; l < LENGTH; l++) {
                float *hl = h.data + l * h.leading + c;
                const Vec x_hat = (load(hl) - mu) * s;
                store(hl, x_hat);
                Vec z = mish(x_hat * gamma + beta);
                if constexpr (FILM) z = z * a + b;
                if constexpr (RESIDUAL) z += load(residual + l * residual_leading + c);
                store(out + l * out_leading + c, z);
            }
        }
    }

    static void forward(const Norm &norm, Rows h, float *scales, Film film, Rows residual, Rows out, int images) {
        const float inverse = 1.f / (float)(norm.group * LENGTH);
        alignas(64) Channels mean;
        for (int i = 0; i < images; i++) {
            const Rows hi{h.data + i * h.stride, 0, h.leading};
            float *scale = scales + (long)i * norm.channels;
            for (int c = 0; c < norm.channels; c += LANES)
                store(mean + c, over_positions([&](int l) { return load(hi.data + l * hi.leading + c); }));
            group_totals(mean, norm, inverse);
            for (int c = 0; c < norm.channels; c += LANES) {
                const Vec mu = load(mean + c);
                store(scale + c, over_positions([&](int l) {
                          const Vec d = load(hi.data + l * hi.leading + c) - mu;
                          return d * d;
                      }));
            }
            group_totals(scale, norm, inverse);
            for (int c = 0; c < norm.channels; c++) scale[c] = 1.f / __builtin_sqrtf(scale[c] + NORM_EPSILON);
            const float *f = film.data ? film.data + i * film.stride : nullptr;
            const float *r = residual.data ? residual.data + i * residual.stride : nullptr;
            float *o = out.data + i * out.stride;
            if (f) activate<true, false>(norm, hi, mean, scale, f, r, residual.leading, o, out.leading);
            else if (r) activate<false, true>(norm, hi, mean, scale, f, r, residual.leading, o, out.leading);
            else activate<false, false>(norm, hi, mean, scale, f, r, residual.leading, o, out.leading);
        }
    }
};

} // namespace

} // namespace sobolev::SOBOLEV_ISA
