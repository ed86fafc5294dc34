// Dense layers over rows (samples).
#pragma once

#include "simd.h"

namespace sobolev::SOBOLEV_ISA {

namespace {

constexpr int DENSE_ROWS = 8;                      // in a tile
constexpr int DENSE_COLUMNS = LANES == 16 ? 2 : 1; // vectors in a tile

template <int TILE_ROWS, int TILE_COLUMNS>
SOBOLEV_INLINE void dense_tile(const float *x, long x_leading, int in, const float *w, const float *bias, float *y,
                               long y_leading, bool add) {
    Vec sum[TILE_ROWS][TILE_COLUMNS];
    const float *column[TILE_COLUMNS];
    SOBOLEV_UNROLL
    for (int j = 0; j < TILE_COLUMNS; j++) {
        column[j] = w + (long)(j / VECTORS) * in * BLOCK + (j % VECTORS) * LANES;
        const Vec start = load_or_zero(bias ? bias + j * LANES : nullptr);
        SOBOLEV_UNROLL
        for (int r = 0; r < TILE_ROWS; r++) sum[r][j] = add ? start + load(y + r * y_leading + j * LANES) : start;
    }
    for (int c = 0; c < in; c++) {
        SOBOLEV_UNROLL
        for (int j = 0; j < TILE_COLUMNS; j++) {
            const Vec weight = load(column[j] + (long)c * BLOCK);
            SOBOLEV_UNROLL
            for (int r = 0; r < TILE_ROWS; r++) sum[r][j] += weight * x[r * x_leading + c];
        }
    }
    SOBOLEV_UNROLL
    for (int r = 0; r < TILE_ROWS; r++) {
        SOBOLEV_UNROLL
        for (int j = 0; j < TILE_COLUMNS; j++) store(y + r * y_leading + j * LANES, sum[r][j]);
    }
}

template <int TILE_ROWS, int TILE_COLUMNS>
int rows_from(int first, const float *x, long x_leading, int in, const float *w, const float *bias, float *y,
              long y_leading, int out, int rows, bool add) {
    const int last = first + (rows - first) / TILE_ROWS * TILE_ROWS;
    if (last == first) return first;
    for (int o = 0; o < out; o += TILE_COLUMNS * LANES) {
        const float *wo = w + (long)(o / BLOCK) * in * BLOCK + o % BLOCK;
        for (int r = first; r < last; r += TILE_ROWS)
            dense_tile<TILE_ROWS, TILE_COLUMNS>(x + r * x_leading, x_leading, in, wo, bias ? bias + o : nullptr,
                                                y + r * y_leading + o, y_leading, add);
    }
    return last;
}

// y = bias + x w for rows x, or y += .. when `add`; leading dimensions of x and y given; bias may be null.
inline void dense(const float *x, long x_leading, int in, const float *w, const float *bias, float *y, long y_leading,
                  int out, int rows, bool add) {
    int done = 0;
    if (out % (DENSE_COLUMNS * LANES) == 0)
        done = rows_from<DENSE_ROWS, DENSE_COLUMNS>(done, x, x_leading, in, w, bias, y, y_leading, out, rows, add);
    done = rows_from<DENSE_ROWS, 1>(done, x, x_leading, in, w, bias, y, y_leading, out, rows, add);
    if (out % (8 * LANES) == 0) rows_from<1, 8>(done, x, x_leading, in, w, bias, y, y_leading, out, rows, add);
    else if (out % (4 * LANES) == 0) rows_from<1, 4>(done, x, x_leading, in, w, bias, y, y_leading, out, rows, add);
    else rows_from<1, 1>(done, x, x_leading, in, w, bias, y, y_leading, out, rows, add);
}

} // namespace

} // namespace sobolev::SOBOLEV_ISA
