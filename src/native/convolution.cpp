// The table's convolutions, the gradients of their weights, and weights transposed.
#include "convolve.h"

#include "kernels.h"

namespace sobolev::SOBOLEV_ISA {

namespace {

template <class Forward> struct Weight {
    static constexpr int LENGTH = Forward::geometry.length, WIDTH = Forward::geometry.width;

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
                    const int m = Forward::geometry.source(l, k);
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
                column[j] =
                    dw + ((long)((o + j * LANES) / BLOCK) * in + first) * WIDTH * BLOCK + (o + j * LANES) % BLOCK;
            weight_tile<INPUTS, COLUMNS>(x.data + first, x.stride, x.leading, dy.data + o, dy.stride, dy.leading,
                                         column, images);
        }
        return first;
    }

    static void run(Rows x, int in, Rows dy, int out, float *dw, int images) {
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

template <int INDEX> void fill_length(Kernels &table) {
    constexpr int LENGTH = 1 << INDEX;
    table.convolve[INDEX][0] = Kept<LENGTH, 1>::run;
    table.convolve[INDEX][1] = Kept<LENGTH, 3>::run;
    table.convolve[INDEX][2] = Kept<LENGTH, 5>::run;
    table.convolve[INDEX][3] = Kept<LENGTH, 7>::run;
    table.convolve_weight[INDEX][0] = Weight<Kept<LENGTH, 1>>::run;
    table.convolve_weight[INDEX][1] = Weight<Kept<LENGTH, 3>>::run;
    table.convolve_weight[INDEX][2] = Weight<Kept<LENGTH, 5>>::run;
    table.convolve_weight[INDEX][3] = Weight<Kept<LENGTH, 7>>::run;
    if constexpr (INDEX + 1 < LENGTHS) {
        table.halve[INDEX] = Strided<LENGTH, 3>::run;
        table.halve_weight[INDEX] = Weight<Strided<LENGTH, 3>>::run;
        table.upsample_input[INDEX] = Strided<LENGTH, 4>::run;
    }
    if constexpr (INDEX > 0) {
        table.upsample[INDEX] = Spread<LENGTH, 4>::run;
        table.upsample_weight[INDEX] = Weight<Spread<LENGTH, 4>>::run;
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
