// GroupNorm, Mish and FiLM of one layer (see normalise.h): derivatives along a direction, and gradients of both.
//
// The derivative along h_d (and a_d, b_d, residual_d), where m1 = mean(h_d), m2 = mean(x_hat h_d):
//     x_d = s (h_d - m1 - x_hat m2),  y_d = gamma x_d,  z_d = mish'(y) y_d,
//     out_d = a z_d + a_d z + b_d + residual_d.
// Gradients follow by transposing these.
#include "normalise.h"

#include "kernels.h"

namespace sobolev::SOBOLEV_ISA {

namespace {

template <int LENGTH> struct NormalisationGradient : Normalisation<LENGTH> {
    using Normalisation<LENGTH>::over_positions;

    static void tangent(const Norm &norm, Rows x_hat, Rows hd, const float *scales, float *means, Film film,
                        Film film_d, Rows residual_d, Rows out_d, int images) {
        const float inverse = 1.f / (float)(norm.group * LENGTH);
        const int channels = norm.channels;
        for (int i = 0; i < images; i++) {
            const float *x = x_hat.data + i * x_hat.stride;
            float *d = hd.data + i * hd.stride;
            const float *scale = scales + (long)i * channels;
            float *m1 = means + (long)i * 2 * channels, *m2 = m1 + channels;
            for (int c = 0; c < channels; c += LANES) {
                store(m1 + c, over_positions([&](int l) { return load(d + l * hd.leading + c); }));
                store(m2 + c, over_positions([&](int l) {
                          return load(d + l * hd.leading + c) * load(x + l * x_hat.leading + c);
                      }));
            }
            group_totals(m1, norm, inverse);
            group_totals(m2, norm, inverse);
            const float *f = film.data ? film.data + i * film.stride : nullptr;
            const float *fd = film.data ? film_d.data + i * film_d.stride : nullptr;
            const float *r = residual_d.data ? residual_d.data + i * residual_d.stride : nullptr;
            float *o = out_d.data + i * out_d.stride;
            for (int c = 0; c < channels; c += LANES) {
                const Vec mean1 = load(m1 + c), mean2 = load(m2 + c), s = load(scale + c);
                const Vec gamma = load(norm.gamma + c), beta = load(norm.beta + c);
                Vec a = splat(1.f), ad{}, bd{};
                if (f) a = load(f + c), ad = load(fd + c), bd = load(fd + channels + c);
                SOBOLEV_UNROLL
                for (int l = 0; l < LENGTH; l++) {
                    const Vec xl = load(x + l * x_hat.leading + c);
                    float *dl = d + l * hd.leading + c;
                    const Vec x_d = s * (load(dl) - mean1 - xl * mean2);
                    store(dl, x_d);
                    const Mish m = mish_derivatives(xl * gamma + beta);
                    const Vec z_d = m.first * (gamma * x_d);
                    Vec result = f ? z_d * a + m.value * ad + bd : z_d;
                    if (r) result += load(r + l * residual_d.leading + c);
                    store(o + l * out_d.leading + c, result);
                }
            }
        }
    }

    // d x_hat -> dh = s (d x_hat - mean(d x_hat) - x_hat mean(x_hat d x_hat)); sums1, sums2: the two sums by channel.
    SOBOLEV_INLINE void through_normalisation(const Norm &norm, const float *x, int x_leading, const float *scale,
                                              float *dh, int dh_leading, const float *mean1, const float *mean2,
                                              float *conv_bias) {
        for (int c = 0; c < norm.channels; c += LANES) {
            const Vec s = load(scale + c), a = load(mean1 + c), b = load(mean2 + c);
            Vec total{};
            SOBOLEV_UNROLL
            for (int l = 0; l < LENGTH; l++) {
                float *dl = dh + l * dh_leading + c;
                const Vec d = s * (load(dl) - a - load(x + l * x_leading + c) * b);
                store(dl, d);
                total += d;
            }
            if (conv_bias) accumulate(conv_bias + c, total);
        }
    }

    static void backward(const Norm &norm, Rows x_hat, Rows d_out, Rows dh, const float *scales, Film film, Film d_film,
                         NormGradient gradient, int images) {
        const float inverse = 1.f / (float)(norm.group * LENGTH);
        const int channels = norm.channels;
        alignas(64) Channels sum1, sum2;
        for (int i = 0; i < images; i++) {
            const float *x = x_hat.data + i * x_hat.stride, *g = d_out.data + i * d_out.stride;
            float *d = dh.data + i * dh.stride;
            const float *f = film.data ? film.data + i * film.stride : nullptr;
            float *df = film.data ? d_film.data + i * d_film.stride : nullptr;
            for (int c = 0; c < channels; c += LANES) {
                const Vec gamma = load(norm.gamma + c), beta = load(norm.beta + c);
                const Vec a = f ? load(f + c) : splat(1.f);
                Vec d_gamma{}, d_beta{}, d_a{}, d_b{};
                SOBOLEV_UNROLL
                for (int l = 0; l < LENGTH; l++) {
                    const Vec xl = load(x + l * x_hat.leading + c);
                    const Mish m = mish_derivatives(xl * gamma + beta);
                    Vec dz = load(g + l * d_out.leading + c);
                    if (f) {
                        d_a += dz * m.value;
                        d_b += dz;
                        dz *= a;
                    }
                    const Vec dy = dz * m.first;
                    d_gamma += dy * xl;
                    d_beta += dy;
                    store(d + l * dh.leading + c, dy * gamma);
                }
                store(sum1 + c, d_beta * gamma);
                store(sum2 + c, d_gamma * gamma);
                if (f) store(df + c, d_a), store(df + channels + c, d_b);
                if (gradient.gamma) accumulate(gradient.gamma + c, d_gamma), accumulate(gradient.beta + c, d_beta);
            }
            group_totals(sum1, norm, inverse);
            group_totals(sum2, norm, inverse);
            through_normalisation(norm, x, x_hat.leading, scales + (long)i * channels, d, dh.leading, sum1, sum2,
                                  gradient.conv_bias);
        }
    }

    // Gradients of a loss of out and out_d. First to (y, y_d) and so to x_hat and x_d; then x_d gives
    //     to h_d:   e = s (dx_d - mean(dx_d) - x_hat mean(x_hat dx_d)),
    //     to x_hat: - s dx_d m2 - (h_d s) mean(x_hat dx_d), where h_d = x_d / s + m1 + x_hat m2,
    //     to s:     mean(x_d dx_d) / s per entry, which adds to mean(x_hat dx_hat) in the formula for dh.
    static void backward_dual(const Norm &norm, Rows x_hat, Rows d_out, Rows dh, const float *scales,
                              const float *means, Film film, Film d_film, NormGradient gradient, int images) {
        const float inverse = 1.f / (float)(norm.group * LENGTH);
        const int channels = norm.channels;
        alignas(64) Channels sum_d, sum_xd, sum_dd, sum1, sum2;
        for (int i = 0; i < images; i++) {
            const int j = images + i; // the image of the derivative
            const float *x = x_hat.data + i * x_hat.stride, *xd = x_hat.data + j * x_hat.stride;
            const float *g = d_out.data + i * d_out.stride, *gd = d_out.data + j * d_out.stride;
            float *d = dh.data + i * dh.stride, *dd = dh.data + j * dh.stride;
            const float *f = film.data ? film.data + i * film.stride : nullptr;
            const float *fd = film.data ? film.data + j * film.stride : nullptr;
            float *df = film.data ? d_film.data + i * d_film.stride : nullptr;
            float *dfd = film.data ? d_film.data + j * d_film.stride : nullptr;
            const float *scale = scales + (long)i * channels;
            const float *m1 = means + (long)i * 2 * channels, *m2 = m1 + channels;
            for (int c = 0; c < channels; c += LANES) {
                const Vec gamma = load(norm.gamma + c), beta = load(norm.beta + c);
                Vec a = splat(1.f), a_d{};
                if (f) a = load(f + c), a_d = load(fd + c);
                Vec d_gamma{}, d_beta{}, d_a{}, d_b{}, d_a_d{}, d_b_d{}, s_d{}, s_xd{}, s_dd{};
                SOBOLEV_UNROLL
                for (int l = 0; l < LENGTH; l++) {
                    const Vec xl = load(x + l * x_hat.leading + c), xdl = load(xd + l * x_hat.leading + c);
                    const Vec yd = xdl * gamma;
                    const Mish m = mish_derivatives(xl * gamma + beta);
                    Vec dz = load(g + l * d_out.leading + c), dzd = load(gd + l * d_out.leading + c);
                    if (f) {
                        d_a += dz * m.value + dzd * (m.first * yd);
                        d_b += dz;
                        d_a_d += dzd * m.value;
                        d_b_d += dzd;
                        dz = dz * a + dzd * a_d;
                        dzd *= a;
                    }
                    const Vec dy = dz * m.first + dzd * m.second * yd;
                    const Vec dyd = dzd * m.first;
                    d_gamma += dy * xl + dyd * xdl;
                    d_beta += dy;
                    const Vec dxd = dyd * gamma;
                    store(d + l * dh.leading + c, dy * gamma);
                    store(dd + l * dh.leading + c, dxd);
                    s_d += dxd;
                    s_xd += dxd * xl;
                    s_dd += dxd * xdl;
                }
                store(sum_d + c, s_d);
                store(sum_xd + c, s_xd);
                store(sum_dd + c, s_dd);
                if (f) {
                    store(df + c, d_a), store(df + channels + c, d_b);
                    store(dfd + c, d_a_d), store(dfd + channels + c, d_b_d);
                }
                if (gradient.gamma) accumulate(gradient.gamma + c, d_gamma), accumulate(gradient.beta + c, d_beta);
            }
            group_totals(sum_d, norm, inverse);
            group_totals(sum_xd, norm, inverse);
            group_totals(sum_dd, norm, inverse);
            for (int c = 0; c < channels; c += LANES) {
                const Vec s = load(scale + c), mean1 = load(m1 + c), mean2 = load(m2 + c);
                const Vec mean_d = s * load(sum_d + c), mean_xd = s * load(sum_xd + c);
                const Vec deviation = 1.f / s;
                Vec total1{}, total2{};
                SOBOLEV_UNROLL
                for (int l = 0; l < LENGTH; l++) {
                    const Vec xl = load(x + l * x_hat.leading + c);
                    float *ddl = dd + l * dh.leading + c, *dl = d + l * dh.leading + c;
                    const Vec scaled = s * load(ddl);
                    const Vec h_d = load(xd + l * x_hat.leading + c) * deviation + mean1 + xl * mean2;
                    store(ddl, scaled - mean_d - xl * mean_xd);
                    const Vec dx = load(dl) - scaled * mean2 - h_d * mean_xd;
                    store(dl, dx);
                    total1 += dx;
                    total2 += dx * xl;
                }
                store(sum1 + c, total1);
                store(sum2 + c, total2);
            }
            group_totals(sum1, norm, inverse);
            group_totals(sum2, norm, inverse);
            for (int c = 0; c < channels; c += LANES) store(sum2 + c, load(sum2 + c) + load(sum_dd + c));
            through_normalisation(norm, x, x_hat.leading, scale, d, dh.leading, sum1, sum2, gradient.conv_bias);
        }
    }
};

template <int INDEX> void fill_length(Kernels &table) {
    using N = NormalisationGradient<1 << INDEX>;
    table.norm[INDEX] = {N::forward, N::tangent, N::backward, N::backward_dual};
    if constexpr (INDEX + 1 < LENGTHS) fill_length<INDEX + 1>(table);
}

} // namespace

void fill_normalisation(Kernels &table) { fill_length<0>(table); }

} // namespace sobolev::SOBOLEV_ISA
