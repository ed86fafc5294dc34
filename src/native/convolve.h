// Convolutions over positions: width 1 to 7 with the length kept, and the two that halve and double the length.
//
// One kernel serves all: output position l takes from input position m with kernel entry k,
//     convolution             m = STRIDE l + k - PADDING
//     transposed convolution  l = STRIDE m + k - PADDING
//     y[l][o] = bias[o] + sum over c, k of x[m][c] w[c][k][o].
// Lengths and widths are known to the compiler, so entries that fall into the padding cost nothing; channels are
// loops. A tile of outputs, images x positions x vectors of channels, stays in registers during the sum over c and k.
#pragma once

#include "simd.h"

namespace sobolev::SOBOLEV_ISA {

namespace {

struct Geometry {
    int length; // of y
    int input;  // length of x
    int width;
    int stride;
    int padding;
    bool transposed;

    // The input position behind output l and kernel entry k, or -1.
    constexpr int source(int l, int k) const {
        if (!transposed) {
            const int m = l * stride + k - padding;
            return m >= 0 && m < input ? m : -1;
        }
        const int m = l + padding - k;
        return m >= 0 && m % stride == 0 && m / stride < input ? m / stride : -1;
    }
};

constexpr int ACCUMULATORS = LANES == 16 ? 16 : 8; // vectors of output in a tile

// Weights of vector j of the channels, counted from a block's start: [block][in][width][BLOCK].
template <int WIDTH> SOBOLEV_INLINE const float *weight_column(const float *w, int in, int j) {
    return w + (long)(j / VECTORS) * in * WIDTH * BLOCK + (j % VECTORS) * LANES;
}

template <int LENGTH, int INPUT, int WIDTH, int STRIDE, int PADDING, bool TRANSPOSED> struct Convolution {
    static constexpr Geometry geometry{LENGTH, INPUT, WIDTH, STRIDE, PADDING, TRANSPOSED};
    static constexpr int POSITIONS = LENGTH < ACCUMULATORS ? LENGTH : ACCUMULATORS; // in a tile
    static constexpr int FILL = ACCUMULATORS / POSITIONS; // images or vectors that fill the tile

    // Images 0 .. IMAGES-1, positions FIRST .. FIRST+POSITIONS-1, COLUMNS vectors of channels.
    template <int FIRST, int IMAGES, int COLUMNS>
    SOBOLEV_INLINE void tile(const float *x, long x_stride, int x_leading, int in, const float *w, const float *bias,
                             float *y, long y_stride, int y_leading, bool add) {
        Vec sum[IMAGES][POSITIONS][COLUMNS];
        SOBOLEV_UNROLL
        for (int j = 0; j < COLUMNS; j++) {
            const Vec start = load_or_zero(bias ? bias + j * LANES : nullptr);
            SOBOLEV_UNROLL
            for (int i = 0; i < IMAGES; i++) {
                SOBOLEV_UNROLL
                for (int l = 0; l < POSITIONS; l++) sum[i][l][j] = start;
            }
        }
        if (add) {
            SOBOLEV_UNROLL
            for (int i = 0; i < IMAGES; i++) {
                SOBOLEV_UNROLL
                for (int l = 0; l < POSITIONS; l++) {
                    SOBOLEV_UNROLL
                    for (int j = 0; j < COLUMNS; j++)
                        sum[i][l][j] += load(y + i * y_stride + (FIRST + l) * y_leading + j * LANES);
                }
            }
        }
        const float *column[COLUMNS];
        SOBOLEV_UNROLL
        for (int j = 0; j < COLUMNS; j++) column[j] = weight_column<WIDTH>(w, in, j);
        for (int c = 0; c < in; c++) {
            const float *xc = x + c;
            const long wc = (long)c * WIDTH * BLOCK;
            SOBOLEV_UNROLL
            for (int k = 0; k < WIDTH; k++) {
                Vec weight[COLUMNS];
                SOBOLEV_UNROLL
                for (int j = 0; j < COLUMNS; j++) weight[j] = load(column[j] + wc + k * BLOCK);
                SOBOLEV_UNROLL
                for (int i = 0; i < IMAGES; i++) {
                    SOBOLEV_UNROLL
                    for (int l = 0; l < POSITIONS; l++) {
                        const int m = geometry.source(FIRST + l, k);
                        if (m < 0) continue;
                        const float value = xc[i * x_stride + m * x_leading];
                        SOBOLEV_UNROLL
                        for (int j = 0; j < COLUMNS; j++) sum[i][l][j] += weight[j] * value;
                    }
                }
            }
        }
        SOBOLEV_UNROLL
        for (int i = 0; i < IMAGES; i++) {
            SOBOLEV_UNROLL
            for (int l = 0; l < POSITIONS; l++) {
                SOBOLEV_UNROLL
                for (int j = 0; j < COLUMNS; j++)
                    store(y + i * y_stride + (FIRST + l) * y_leading + j * LANES, sum[i][l][j]);
            }
        }
    }

    template <int FIRST, int IMAGES, int COLUMNS>
    static void tiles(const float *x, long x_stride, int x_leading, int in, const float *w, const float *bias, float *y,
                      long y_stride, int y_leading, bool add) {
        tile<FIRST, IMAGES, COLUMNS>(x, x_stride, x_leading, in, w, bias, y, y_stride, y_leading, add);
        if constexpr (FIRST + POSITIONS < LENGTH)
            tiles<FIRST + POSITIONS, IMAGES, COLUMNS>(x, x_stride, x_leading, in, w, bias, y, y_stride, y_leading, add);
    }

    // Images that fill a tile go together, one vector of channels at a time; the last ones alone, with several
    // vectors. Weights are the slowest to come by: a block of them stays in the cache while all images pass.
    static void run(Rows x, int in, const float *w, const float *bias, Rows y, int out, int images, bool add) {
        const int grouped = FILL > 1 ? images / FILL * FILL : 0;
        if (grouped)
            for (int o = 0; o < out; o += LANES) {
                const float *wo = w + (long)(o / BLOCK) * in * WIDTH * BLOCK + o % BLOCK;
                for (int i = 0; i < grouped; i += FILL)
                    tiles<0, FILL, 1>(x.data + i * x.stride, x.stride, x.leading, in, wo, bias ? bias + o : nullptr,
                                      y.data + i * y.stride + o, y.stride, y.leading, add);
            }
        if (grouped < images) {
            int o = columns<FILL>(x, in, w, bias, y, 0, out, grouped, images, add);
            if constexpr (FILL > 4) o = columns<4>(x, in, w, bias, y, o, out, grouped, images, add);
            if constexpr (FILL > 2) o = columns<2>(x, in, w, bias, y, o, out, grouped, images, add);
            if constexpr (FILL > 1) columns<1>(x, in, w, bias, y, o, out, grouped, images, add);
        }
    }

    template <int COLUMNS>
    static int columns(Rows x, int in, const float *w, const float *bias, Rows y, int o, int out, int first, int images,
                       bool add) {
        // where a group of vectors is wider than a block it begins at a block
        for (; o + COLUMNS * LANES <= out; o += COLUMNS * LANES) {
            const float *wo = w + (long)(o / BLOCK) * in * WIDTH * BLOCK + o % BLOCK;
            for (int i = first; i < images; i++)
                tiles<0, 1, COLUMNS>(x.data + i * x.stride, x.stride, x.leading, in, wo, bias ? bias + o : nullptr,
                                     y.data + i * y.stride + o, y.stride, y.leading, add);
        }
        return o;
    }
};

template <int LENGTH, int WIDTH> using Kept = Convolution<LENGTH, LENGTH, WIDTH, 1, WIDTH / 2, false>;
template <int LENGTH, int WIDTH> using Strided = Convolution<LENGTH, 2 * LENGTH, WIDTH, 2, 1, false>;
template <int LENGTH, int WIDTH> using Spread = Convolution<LENGTH, LENGTH / 2, WIDTH, 2, 1, true>;

} // namespace

} // namespace sobolev::SOBOLEV_ISA
