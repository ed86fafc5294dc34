#include "first_order.h"

#include <algorithm>

namespace sobolev {

void push_forward(const float *m, int no, int ndx, const float *d, float *direction) {
    for (int a = 0; a < no; a++) direction[a] += along(m, a, ndx, d);
}

double residual_direction(const float *m, int no, int ndx, const float *g, const float *jacobian, const float *v,
                          int entries, float w, float *r, float *direction) {
    std::fill(r, r + ndx, 0.f);
    for (int a = 0; a < no; a++)
        for (int x = 0; x < ndx; x++) r[x] += g[a] * m[static_cast<long>(a) * ndx + x];
    for (int a = 0; a < entries; a++)
        for (int x = 0; x < ndx; x++) r[x] -= v[a] * jacobian[static_cast<long>(a) * ndx + x];
    double squared = 0;
    for (int x = 0; x < ndx; x++) {
        squared += static_cast<double>(r[x]) * r[x];
        r[x] *= w;
    }
    push_forward(m, no, ndx, r, direction);
    return w * squared;
}

float along(const float *jacobian, int a, int ndx, const float *d) {
    float sum = 0;
    for (int x = 0; x < ndx; x++) sum += jacobian[static_cast<long>(a) * ndx + x] * d[x];
    return sum;
}

} // namespace sobolev
