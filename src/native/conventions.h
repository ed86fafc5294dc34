// What the kernels work on: how activations and weights lie in memory.
//
// All numbers are float32. Channels are padded to multiples of BLOCK with zeros, on every instruction set, so that
// packed weights are the same everywhere. An activation is an array over (image, position, channel); an image is one
// sample, or the derivative of one. Weights of a linear map from `in` to `out` channels and `width` positions are
// packed as [out / BLOCK][in][width][BLOCK]. Loops over `out` and over positions are vectorised, every output is
// summed in the same order whatever the number of images: a sample's bytes do not depend on the batch that it sits in.
#pragma once

namespace sobolev {

constexpr int BLOCK = 16;             // channels are padded to multiples of it
constexpr int MAX_CHANNELS = 1024;    // of one layer, padded
constexpr float NORM_EPSILON = 1e-5f; // of GroupNorm

constexpr int padded(int channels) { return (channels + BLOCK - 1) / BLOCK * BLOCK; }

// Channel c of position l of image i is data[i * stride + l * leading + c].
struct Rows {
    float *data = nullptr;
    long stride = 0;
    int leading = 0;
};

// GroupNorm, Mish and FiLM of one layer.
struct Norm {
    int channels; // padded
    int group;    // channels in a group
    int real;     // channels that are not padding
    const float *gamma;
    const float *beta;
};

// FiLM: scale(c) and shift(c) of image i at data[i * stride + c] and data[i * stride + channels + c]; none if null.
struct Film {
    float *data = nullptr;
    long stride = 0;
};

} // namespace sobolev
