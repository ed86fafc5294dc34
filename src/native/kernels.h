// The kernels that exist once per instruction set, as one table of function pointers.
//
// Everything that is hot is behind this table and is compiled several times, in a namespace of its own each time
// (see instruction_sets.cpp for the choice at run time). Everything else is compiled once, for the plain processor,
// so that no inline function of the standard library can end up in the module with instructions that the machine
// does not have.
#pragma once

#include "conventions.h"

namespace sobolev {

constexpr int LENGTHS = 6; // positions: 1, 2, 4, .. 32
constexpr int WIDTHS = 4;  // of kernels: 1, 3, 5, 7

constexpr int length_index(int length) { return length <= 1 ? 0 : 1 + length_index(length / 2); }
constexpr int width_index(int width) { return width / 2; }

// y = bias + w * x, or y += .. when `add`; bias may be null.
using Convolve = void (*)(Rows x, int in, const float *w, const float *bias, Rows y, int out, int images, bool add);
// dw += sum over images and positions of dy x.
using ConvolveWeight = void (*)(Rows x, int in, Rows dy, int out, float *dw, int images);

// Gradients of the parameters of one layer; null: not wanted.
struct NormGradient {
    float *gamma = nullptr;
    float *beta = nullptr;
    float *conv_bias = nullptr;
};

struct NormKernels {
    // h: in, the convolution's output; out, normalised (x_hat). scale: 1 / standard deviation, (images, channels).
    // out = scale(c) mish(gamma x_hat + beta) + shift(c) + residual
    void (*forward)(const Norm &, Rows h, float *scale, Film film, Rows residual, Rows out, int images);
    // The derivative of `forward` along (hd, film_d, residual_d), where x_hat is what `forward` left.
    // hd: out, the derivative of x_hat. means: the two means in it, (images, 2, channels), for `backward_dual`.
    void (*tangent)(const Norm &, Rows x_hat, Rows hd, const float *scale, float *means, Film film, Film film_d,
                    Rows residual_d, Rows out_d, int images);
    // The gradient dh of a loss from its gradient d_out; adds to `gradient`, writes d_film.
    void (*backward)(const Norm &, Rows x_hat, Rows d_out, Rows dh, const float *scale, Film film, Film d_film,
                     NormGradient gradient, int images);
    // The same for a loss of (out, out_d): images of derivatives follow the images of values in x_hat, d_out, dh,
    // film and d_film, `images` counts the values.
    void (*backward_dual)(const Norm &, Rows x_hat, Rows d_out, Rows dh, const float *scale, const float *means,
                          Film film, Film d_film, NormGradient gradient, int images);
};

struct Kernels {
    const char *name;
    Convolve convolve[LENGTHS][WIDTHS]; // by length of y
    Convolve halve[LENGTHS];            // width 3, stride 2, padding 1; by length of y
    Convolve halve_input[LENGTHS];      // its transpose; by length of y, the longer one
    Convolve upsample[LENGTHS];         // transposed, width 4, stride 2, padding 1; by length of y, the longer one
    Convolve upsample_input[LENGTHS];   // its transpose; by length of y
    ConvolveWeight convolve_weight[LENGTHS][WIDTHS];
    ConvolveWeight halve_weight[LENGTHS];    // by length of dy
    ConvolveWeight upsample_weight[LENGTHS]; // by length of dy
    NormKernels norm[LENGTHS];

    // db += sum over images and positions of dy.
    void (*sum_rows)(Rows dy, int length, int out, int images, float *db);
    // y = bias + x w for rows x: leading dimensions of x and y given; bias may be null.
    void (*dense)(const float *x, long x_leading, int in, const float *w, const float *bias, float *y, long y_leading,
                  int out, int rows, bool add);
    void (*dense_weight)(const float *x, long x_leading, int in, const float *dy, long dy_leading, int out, float *dw,
                         int rows);
    // Mish of x and, where not null, its first and second derivative; count is a multiple of BLOCK.
    void (*mish)(const float *x, float *value, float *first, float *second, long count);
    // One step of Adam (torch.optim.Adam's update with its default betas and epsilon); count a multiple of BLOCK.
    // correction1, correction2: 1 - beta^t.
    void (*adam)(float *weights, const float *gradient, float *mean, float *square, long count, float rate,
                 float correction1, float correction2);
    // The largest magnitude, NaN or infinite if one of the values is; count a multiple of BLOCK.
    float (*largest)(const float *values, long count);
    // Weights [out / BLOCK][in][width][BLOCK] -> the transposed map's [in / BLOCK][out][width][BLOCK], in and out
    // multiples of BLOCK; flip: positions in reverse order.
    void (*transpose)(const float *w, float *transposed, int in, int out, int width, bool flip);
};

} // namespace sobolev
