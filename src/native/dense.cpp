// The table's dense layers, the gradients of their weights, and Mish on its own: for the direct policy, FiLM and the
// step's embedding.
#include "dense.h"

#include "kernels.h"

namespace sobolev::SOBOLEV_ISA {

namespace {

// dw[c][o] += sum over rows of x[c] dy[o]
template <int INPUTS, int TILE_COLUMNS>
SOBOLEV_INLINE void weight_tile(const float *x, long x_leading, const float *dy, long dy_leading, float *dw, int in,
                                int rows) {
    Vec sum[INPUTS][TILE_COLUMNS];
    float *column[TILE_COLUMNS];
    SOBOLEV_UNROLL
    for (int j = 0; j < TILE_COLUMNS; j++) {
        column[j] = dw + (long)(j / VECTORS) * in * BLOCK + (j % VECTORS) * LANES;
        SOBOLEV_UNROLL
        for (int c = 0; c < INPUTS; c++) sum[c][j] = load(column[j] + c * BLOCK);
    }
    for (int r = 0; r < rows; r++) {
        Vec d[TILE_COLUMNS];
        SOBOLEV_UNROLL
        for (int j = 0; j < TILE_COLUMNS; j++) d[j] = load(dy + r * dy_leading + j * LANES);
        SOBOLEV_UNROLL
        for (int c = 0; c < INPUTS; c++) {
            SOBOLEV_UNROLL
            for (int j = 0; j < TILE_COLUMNS; j++) sum[c][j] += d[j] * x[r * x_leading + c];
        }
    }
    SOBOLEV_UNROLL
    for (int j = 0; j < TILE_COLUMNS; j++) {
        SOBOLEV_UNROLL
        for (int c = 0; c < INPUTS; c++) store(column[j] + c * BLOCK, sum[c][j]);
    }
}

template <int TILE_COLUMNS>
void weight_columns(const float *x, long x_leading, int in, const float *dy, long dy_leading, int out, float *dw,
                    int rows) {
    for (int o = 0; o < out; o += TILE_COLUMNS * LANES) {
        float *dwo = dw + (long)(o / BLOCK) * in * BLOCK + o % BLOCK;
        int c = 0;
        for (; c + 4 <= in; c += 4)
            weight_tile<4, TILE_COLUMNS>(x + c, x_leading, dy + o, dy_leading, dwo + (long)c * BLOCK, in, rows);
        for (; c < in; c++)
            weight_tile<1, TILE_COLUMNS>(x + c, x_leading, dy + o, dy_leading, dwo + (long)c * BLOCK, in, rows);
    }
}

void dense_weight(const float *x, long x_leading, int in, const float *dy, long dy_leading, int out, float *dw,
                  int rows) {
    if (LANES == 16 && out % (4 * LANES) == 0) weight_columns<4>(x, x_leading, in, dy, dy_leading, out, dw, rows);
    else if (out % (2 * LANES) == 0) weight_columns<2>(x, x_leading, in, dy, dy_leading, out, dw, rows);
    else weight_columns<1>(x, x_leading, in, dy, dy_leading, out, dw, rows);
}

void mish_of(const float *x, float *value, float *first, float *second, long count) {
    if (!first && !second) {
        for (long i = 0; i < count; i += LANES) store(value + i, mish(load(x + i)));
        return;
    }
    for (long i = 0; i < count; i += LANES) {
        const Mish m = mish_derivatives(load(x + i));
        if (value) store(value + i, m.value);
        if (first) store(first + i, m.first);
        if (second) store(second + i, m.second);
    }
}

} // namespace

void fill_dense(Kernels &table) {
    table.dense = dense;
    table.dense_weight = dense_weight;
    table.mish = mish_of;
}

} // namespace sobolev::SOBOLEV_ISA
