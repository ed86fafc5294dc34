// The conditional U-Net mu_phi(tau_i, i, o): its layers, and their values, derivatives and gradients.
//
// The network reads the diffusion step and the observation only through FiLM: every residual block's scale and shift
// are linear in mish(condition), so they come in as one row per sample (see conditioning.h), and all derivatives with
// respect to the observation start and end there.
#pragma once

#include <string>
#include <vector>

#include "layout.h"
#include "storage.h"

namespace sobolev {

struct UnetShape {
    int action_dim;
    int observation_dim;
    int horizon; // T_p
    std::vector<int> hidden_dims;
    int step_embedding_dim;
    int kernel_size;
    int groups;
    int diffusion_steps;
};

// Convolution -> GroupNorm -> Mish. Offsets are into the flat vector of weights, `transposed` into the other one.
struct ConvBlock {
    int in, out, real, group, length, width;
    long weight, bias, gamma, beta, transposed;
};

struct ResidualBlock {
    ConvBlock first, second;
    bool projects;
    long shortcut, shortcut_bias, shortcut_transposed;
    long film; // offset of scale and shift in a row of FiLM
};

// Halves or doubles the length.
struct Resampling {
    int channels, length; // length of the output
    long weight, bias, transposed;
};

// The first or second half of the channels of a skip connection: what comes from below, what skips.
inline Rows half(Rows joined, int which) {
    joined.data += which * joined.leading / 2;
    return joined;
}

struct BlockActivations {
    Rows input, h1, y, h2, output;
    float *scale1, *scale2, *means1, *means2;
};

class Unet;

// Memory for `capacity` images. keep: every layer's values stay, for gradients; otherwise layers share.
class Activations {
  public:
    Activations(const Unet &unet, int capacity, bool keep);

    Rows input;    // (T_p, padded na)
    Rows output;   // (T_p, padded na)
    Rows d_output; // gradient of a loss with respect to output; only when kept

  private:
    friend class Unet;
    Rows rows(int length, int channels);
    float *array(long per_image);

    int capacity_;
    std::vector<Storage> memory_;
    std::vector<BlockActivations> blocks_; // down, middle, up, in the order of the forward pass
    std::vector<Rows> halved_, joined_, d_joined_;
    Rows top_, head_h_, head_y_;
    float *head_scale_, *head_means_;
    Rows d_top_, d_skip_, d_scratch_[2], d_h_, d_y_;
};

class Unet {
  public:
    explicit Unet(const UnetShape &shape, Layout &layout);

    // mu_phi for images 0 .. images-1. film: (images, film_size).
    void forward(const Kernels &kernels, const float *weights, Activations &at, const float *film, int images) const;
    // The derivative along film_d after `forward`, into images .. 2 images - 1 of every layer.
    // film: (2 images, film_size), values then derivatives.
    void tangent(const Kernels &kernels, const float *weights, Activations &at, const float *film, int images) const;
    // From at.d_output (images, or 2 images if dual) to d_film, of film's shape; adds to `gradient` unless null.
    void backward(const Kernels &kernels, const float *weights, const float *transposed, float *gradient,
                  Activations &at, const float *film, float *d_film, int images, bool dual) const;

    const UnetShape &shape() const { return shape_; }
    int film_size() const { return film_size_; }
    struct FilmPiece {
        std::string name;
        int channels;
        long offset;
    };
    const std::vector<FilmPiece> &film_pieces() const { return film_pieces_; }

  private:
    friend class Activations;
    struct Pass;

    ConvBlock conv_block(const std::string &name, Segments in, int segments, int packed_in, int out, int length,
                         bool needs_transposed);
    ResidualBlock residual_block(const std::string &name, Segments in, int segments, int packed_in, int out, int length,
                                 bool needs_transposed);
    int levels() const { return static_cast<int>(shape_.hidden_dims.size()); }
    int length(int level) const { return shape_.horizon >> level; }

    UnetShape shape_;
    Layout &layout_;
    std::vector<ResidualBlock> blocks_; // as in Activations::blocks_
    std::vector<Resampling> halving_;   // halving_[j]: level j -> j + 1
    std::vector<Resampling> doubling_;  // doubling_[j]: level j + 1 -> j
    ConvBlock head_;
    long output_, output_bias_, output_transposed_;
    int film_size_ = 0;
    std::vector<FilmPiece> film_pieces_;
};

} // namespace sobolev
