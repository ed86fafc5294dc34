// The algebra of the first-order term of one sample, for any network (see unet_trainer.cpp for the identity).
//
// Arrays of one sample: m = do/dx (no, ndx), jacobian = J (entries, ndx), v (entries,), d (ndx,).
#pragma once

#include "training.h"

namespace sobolev {

// direction += m d
void push_forward(const float *m, int no, int ndx, const float *d, float *direction);

// With g = M_net^T v: rho = m^T g - J^T v, r = w rho, direction += m r. Returns w |rho|^2. scratch: (ndx,).
double residual_direction(const float *m, int no, int ndx, const float *g, const float *jacobian, const float *v,
                          int entries, float w, float *scratch, float *direction);

// Entry `a` of J d.
float along(const float *jacobian, int a, int ndx, const float *d);

} // namespace sobolev
