// The arguments of the constructors: architecture and schedule.
#pragma once

#include "arguments.h"
#include "instruction_sets.h"
#include "mlp.h"
#include "schedule.h"
#include "unet.h"

namespace sobolev {

struct UnetArguments {
    UnetShape shape;
    Schedule schedule;
    int history;
    const Kernels &kernels;
};

struct MlpArguments {
    MlpShape shape;
    const Kernels &kernels;
};

// The arguments of the constructors besides `parameters`.
UnetArguments unet_arguments(const Call &call);
MlpArguments mlp_arguments(const Call &call);

} // namespace sobolev
