// Convolutions over positions: width 1 to 7 with the length kept, and the two that halve and double the length.
//
// One kernel serves all: output position l takes from input position m with kernel entry k,
//     convolution             m = STRIDE l + k - PADDING
//     transposed convolution  l = STRIDE m + k - PADDING
//     y[l][o] = bias[o] + sum over c, k of x[m][c] w[c][k][o].
// Lengths and widths are known to the compiler, so entries that fall into the padding cost nothing; channels are
// loops. A tile of outputs, images x positions x vectors of channels, stays in registers during the sum over c and k.
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

constexpr Geometry kept(int length, int width) { return {length, length, width, 1, width / 2, false}; }
constexpr Geometry strided(int length, int width) { return {length, 2 * length, width, 2, 1, false}; }
constexpr Geometry spread(int length, int width) { return {length, length / 2, width, 2, 1, true}; }

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
    static void tiles(const float *x, long x_stride, int x_leading, int in, const float *w, const float *bias,
                      float *y, long y_stride, int y_leading, bool add) {
        tile<FIRST, IMAGES, COLUMNS>(x, x_stride, x_leading, in, w, bias, y, y_stride, y_leading, add);
        if constexpr (FIRST + POSITIONS < LENGTH)
            tiles<FIRST + POSITIONS, IMAGES, COLUMNS>(x, x_stride, x_leading, in, w, bias, y, y_stride, y_leading,
                                                      add);
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

    // dw[c][k][o] += sum over images and l of x[source(l, k)][c] dy[l][o]; WIDTH x COLUMNS sums in registers.
    template <int INPUTS, int COLUMNS>
    SOBOLEV_INLINE void weight_tile(const float *x, long x_stride, int x_leading, const float *dy, long dy_stride,
                                    int dy_leading, float *const *dw, int images) {
        Vec sum[INPUTS][WIDTH][COLUMNS];
        SOBOLEV_UNROLL
        for (int c = 0; c < INPUTS; c++) {
            SOBOLEV_UNROLL
            for (int k = 0; k < WIDTH; k++) {
                SOBOLEV_UNROLL
                for (int j = 0; j < COLUMNS; j++) sum[c][k][j] = load(dw[j] + (c * WIDTH + k) * BLOCK);
            }
        }
        for (int i = 0; i < images; i++, x += x_stride, dy += dy_stride) {
            SOBOLEV_UNROLL
            for (int l = 0; l < LENGTH; l++) {
                Vec d[COLUMNS];
                SOBOLEV_UNROLL
                for (int j = 0; j < COLUMNS; j++) d[j] = load(dy + l * dy_leading + j * LANES);
                SOBOLEV_UNROLL
                for (int k = 0; k < WIDTH; k++) {
                    const int m = geometry.source(l, k);
                    if (m < 0) continue;
                    SOBOLEV_UNROLL
                    for (int c = 0; c < INPUTS; c++) {
                        const float value = x[m * x_leading + c];
                        SOBOLEV_UNROLL
                        for (int j = 0; j < COLUMNS; j++) sum[c][k][j] += d[j] * value;
                    }
                }
            }
        }
        SOBOLEV_UNROLL
        for (int c = 0; c < INPUTS; c++) {
            SOBOLEV_UNROLL
            for (int k = 0; k < WIDTH; k++) {
                SOBOLEV_UNROLL
                for (int j = 0; j < COLUMNS; j++) store(dw[j] + (c * WIDTH + k) * BLOCK, sum[c][k][j]);
            }
        }
    }

    template <int INPUTS, int COLUMNS>
    static int weight_inputs(Rows x, int first, int in, Rows dy, float *dw, int o, int images) {
        for (; first + INPUTS <= in; first += INPUTS) {
            float *column[COLUMNS];
            for (int j = 0; j < COLUMNS; j++)
                column[j] = dw + ((long)((o + j * LANES) / BLOCK) * in + first) * WIDTH * BLOCK + (o + j * LANES) % BLOCK;
            weight_tile<INPUTS, COLUMNS>(x.data + first, x.stride, x.leading, dy.data + o, dy.stride, dy.leading,
                                         column, images);
        }
        return first;
    }

    static void weight(Rows x, int in, Rows dy, int out, float *dw, int images) {
        constexpr int COLUMNS = LANES == 16 || WIDTH < 7 ? 2 : 1;
        constexpr int INPUTS = WIDTH == 1 ? 4 : 1;
        int o = 0;
        for (; o + COLUMNS * LANES <= out; o += COLUMNS * LANES) {
            const int c = weight_inputs<INPUTS, COLUMNS>(x, 0, in, dy, dw, o, images);
            weight_inputs<1, COLUMNS>(x, c, in, dy, dw, o, images);
        }
        for (; o < out; o += LANES) {
            const int c = weight_inputs<INPUTS, 1>(x, 0, in, dy, dw, o, images);
            weight_inputs<1, 1>(x, c, in, dy, dw, o, images);
        }
    }
};

template <int LENGTH, int WIDTH> using Kept = Convolution<LENGTH, LENGTH, WIDTH, 1, WIDTH / 2, false>;
template <int LENGTH, int WIDTH> using Strided = Convolution<LENGTH, 2 * LENGTH, WIDTH, 2, 1, false>;
template <int LENGTH, int WIDTH> using Spread = Convolution<LENGTH, LENGTH / 2, WIDTH, 2, 1, true>;

template <int INDEX> void fill_length(Kernels &table) {
    constexpr int LENGTH = 1 << INDEX;
    table.convolve[INDEX][0] = Kept<LENGTH, 1>::run;
    table.convolve[INDEX][1] = Kept<LENGTH, 3>::run;
    table.convolve[INDEX][2] = Kept<LENGTH, 5>::run;
    table.convolve[INDEX][3] = Kept<LENGTH, 7>::run;
    table.convolve_weight[INDEX][0] = Kept<LENGTH, 1>::weight;
    table.convolve_weight[INDEX][1] = Kept<LENGTH, 3>::weight;
    table.convolve_weight[INDEX][2] = Kept<LENGTH, 5>::weight;
    table.convolve_weight[INDEX][3] = Kept<LENGTH, 7>::weight;
    if constexpr (INDEX + 1 < LENGTHS) {
        table.halve[INDEX] = Strided<LENGTH, 3>::run;
        table.halve_weight[INDEX] = Strided<LENGTH, 3>::weight;
        table.upsample_input[INDEX] = Strided<LENGTH, 4>::run;
    }
    if constexpr (INDEX > 0) {
        table.upsample[INDEX] = Spread<LENGTH, 4>::run;
        table.upsample_weight[INDEX] = Spread<LENGTH, 4>::weight;
        table.halve_input[INDEX] = Spread<LENGTH, 3>::run;
    }
    if constexpr (INDEX + 1 < LENGTHS) fill_length<INDEX + 1>(table);
}

void sum_rows(Rows dy, int length, int out, int images, float *db) {
    for (int o = 0; o < out; o += LANES) {
        Vec sum = load(db + o);
        for (int i = 0; i < images; i++)
            for (int l = 0; l < length; l++) sum += load(dy.data + i * dy.stride + l * dy.leading + o);
        store(db + o, sum);
    }
}

void transpose(const float *w, float *transposed, int in, int out, int width, bool flip) {
    for (int o = 0; o < out; o += BLOCK)
        for (int c = 0; c < in; c += BLOCK)
            for (int k = 0; k < width; k++) {
                const float *from = w + ((long)o * in + c * BLOCK) * width + k * BLOCK;
                float *to = transposed + ((long)c * out + o * BLOCK) * width + (flip ? width - 1 - k : k) * BLOCK;
                for (int a = 0; a < BLOCK; a++)
                    for (int b = 0; b < BLOCK; b++) to[(long)a * width * BLOCK + b] = from[(long)b * width * BLOCK + a];
            }
}

} // namespace

void fill_convolution(Kernels &table) {
    fill_length<0>(table);
    table.sum_rows = sum_rows;
    table.transpose = transpose;
}

} // namespace sobolev::SOBOLEV_ISA
