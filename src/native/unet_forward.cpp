// The U-Net's layers and its forward pass.
#include "unet.h"

#include <algorithm>

namespace sobolev {

ConvBlock Unet::conv_block(const std::string &name, Segments in, int segments, int packed_in, int out, int length,
                           bool needs_transposed) {
    ConvBlock block{};
    block.in = packed_in;
    block.out = padded(out);
    block.real = out;
    block.group = out / shape_.groups;
    block.length = length;
    block.width = shape_.kernel_size;
    block.weight = layout_.convolution(name + ".0.weight", out, in, segments, block.width, packed_in);
    block.bias = layout_.vector(name + ".0.bias", out);
    block.gamma = layout_.vector(name + ".1.weight", out);
    block.beta = layout_.vector(name + ".1.bias", out);
    block.transposed =
        needs_transposed ? layout_.transposed(block.weight, packed_in, block.out, block.width, true) : -1;
    return block;
}

ResidualBlock Unet::residual_block(const std::string &name, Segments in, int segments, int packed_in, int out,
                                   int length, bool needs_transposed) {
    ResidualBlock block{};
    block.first = conv_block(name + ".first", in, segments, packed_in, out, length, needs_transposed);
    block.film = film_size_;
    film_size_ += 2 * block.first.out;
    film_pieces_.push_back({name + ".film.1", out, block.film});
    block.second = conv_block(name + ".second", plain(out), 1, block.first.out, out, length, true);
    block.projects = in.real * segments != out;
    if (block.projects) {
        block.shortcut = layout_.convolution(name + ".shortcut.weight", out, in, segments, 1, packed_in);
        block.shortcut_bias = layout_.vector(name + ".shortcut.bias", out);
        block.shortcut_transposed =
            needs_transposed ? layout_.transposed(block.shortcut, packed_in, block.first.out, 1, true) : -1;
    }
    return block;
}

Unet::Unet(const UnetShape &shape, Layout &layout) : shape_(shape), layout_(layout) {
    const std::vector<int> &dims = shape_.hidden_dims;
    for (int j = 0; j < levels(); j++) {
        const std::string name = "down." + std::to_string(j);
        const int in = j ? dims[j - 1] : shape_.action_dim;
        blocks_.push_back(residual_block(name + ".0", plain(in), 1, j ? padded(in) : in, dims[j], length(j), j > 0));
        blocks_.push_back(residual_block(name + ".1", plain(dims[j]), 1, padded(dims[j]), dims[j], length(j), true));
        if (j + 1 < levels()) {
            Resampling r{padded(dims[j]), length(j + 1), 0, 0, 0};
            r.weight = layout_.convolution(name + ".2.weight", dims[j], plain(dims[j]), 1, 3, r.channels);
            r.bias = layout_.vector(name + ".2.bias", dims[j]);
            r.transposed = layout_.transposed(r.weight, r.channels, r.channels, 3, false);
            halving_.push_back(r);
        }
    }
    const int deepest = dims.back();
    for (int i = 0; i < 2; i++)
        blocks_.push_back(residual_block("middle." + std::to_string(i), plain(deepest), 1, padded(deepest), deepest,
                                         length(levels() - 1), true));
    doubling_.resize(halving_.size());
    for (int j = levels() - 1; j >= 1; j--) {
        const std::string name = "up." + std::to_string(levels() - 1 - j);
        const int out = dims[j - 1];
        blocks_.push_back(residual_block(name + ".0", plain(dims[j]), 2, 2 * padded(dims[j]), out, length(j), true));
        blocks_.push_back(residual_block(name + ".1", plain(out), 1, padded(out), out, length(j), true));
        Resampling r{padded(out), length(j - 1), 0, 0, 0};
        r.weight = layout_.transposed_convolution(name + ".2.weight", out, 4);
        r.bias = layout_.vector(name + ".2.bias", out);
        r.transposed = layout_.transposed(r.weight, r.channels, r.channels, 4, false);
        doubling_[j - 1] = r;
    }
    head_ = conv_block("head.0", plain(dims[0]), 1, padded(dims[0]), dims[0], length(0), true);
    output_ = layout_.convolution("head.1.weight", shape_.action_dim, plain(dims[0]), 1, 1, padded(dims[0]));
    output_bias_ = layout_.vector("head.1.bias", shape_.action_dim);
    output_transposed_ = layout_.transposed(output_, padded(dims[0]), padded(shape_.action_dim), 1, true);
}

float *Activations::array(long per_image) {
    memory_.emplace_back(per_image * capacity_);
    return memory_.back().data();
}

Rows Activations::rows(int length, int channels) {
    const long size = static_cast<long>(length) * channels;
    return {array(size), size, channels};
}

namespace {

Rows from_image(Rows rows, int image) {
    if (rows.data) rows.data += image * rows.stride;
    return rows;
}

} // namespace

Activations::Activations(const Unet &unet, int capacity, bool keep) : capacity_(capacity) {
    const UnetShape &shape = unet.shape_;
    const int levels = unet.levels(), actions = padded(shape.action_dim);
    input = rows(shape.horizon, actions);
    output = rows(shape.horizon, actions);
    long largest = 0, widest = 0;
    for (const ResidualBlock &block : unet.blocks_) {
        largest = std::max(largest, static_cast<long>(block.first.length) * block.first.out);
        largest = std::max(largest, static_cast<long>(block.first.length) * padded(block.first.in));
        widest = std::max<long>(widest, block.first.out);
    }
    // Buffers that all layers share; a stride is set for each use.
    const auto shared = [&](float *data, const ConvBlock &c) {
        return Rows{data, static_cast<long>(c.length) * c.out, c.out};
    };
    float *h1 = keep ? nullptr : array(largest), *y = keep ? nullptr : array(largest);
    float *scale = keep ? nullptr : array(widest);
    for (const ResidualBlock &block : unet.blocks_) {
        const ConvBlock &c = block.first;
        BlockActivations at{};
        at.h1 = keep ? rows(c.length, c.out) : shared(h1, c);
        at.y = keep ? rows(c.length, c.out) : shared(y, c);
        at.h2 = keep ? rows(c.length, c.out) : shared(h1, c);
        at.scale1 = keep ? array(c.out) : scale;
        at.scale2 = keep ? array(c.out) : scale;
        at.means1 = keep ? array(2 * c.out) : nullptr;
        at.means2 = keep ? array(2 * c.out) : nullptr;
        blocks_.push_back(at);
    }
    joined_.resize(levels);
    d_joined_.resize(levels);
    for (int j = 1; j < levels; j++) {
        joined_[j] = rows(unet.length(j), 2 * padded(shape.hidden_dims[j]));
        if (keep) d_joined_[j] = rows(unet.length(j), 2 * padded(shape.hidden_dims[j]));
    }
    const ConvBlock &head = unet.head_;
    top_ = rows(head.length, head.out);
    head_h_ = rows(head.length, head.out);
    head_y_ = rows(head.length, head.out);
    head_scale_ = array(head.out);
    head_means_ = array(2 * head.out);

    // Who reads what: block b's input is the output of the layer before it.
    int b = 0;
    Rows flow = input;
    const auto link = [&](Rows to) {
        blocks_[b].input = flow;
        blocks_[b].output = to;
        flow = to;
        b++;
    };
    const auto fresh = [&] { return rows(unet.blocks_[b].first.length, unet.blocks_[b].first.out); };
    for (int j = 0; j < levels; j++) {
        link(fresh());
        link(j > 0 ? half(joined_[j], 1) : fresh());
        if (j + 1 < levels) {
            const Resampling &r = unet.halving_[j];
            halved_.push_back(rows(r.length, r.channels));
            flow = halved_.back();
        }
    }
    link(fresh());
    link(levels > 1 ? half(joined_[levels - 1], 0) : top_);
    for (int j = levels - 1; j >= 1; j--) {
        flow = joined_[j];
        link(fresh());
        link(fresh());
    }
    if (!keep) return;
    d_output = rows(shape.horizon, actions);
    d_top_ = rows(head.length, head.out);
    d_skip_ = rows(head.length, head.out);
    for (Rows &scratch : d_scratch_) scratch = {array(largest), 0, 0};
    d_h_ = {array(largest), 0, 0};
    d_y_ = {array(largest), 0, 0};
}

struct Unet::Pass {
    const Kernels &kernels;
    const float *weights;
    const float *film;
    long film_stride;
    int images;
    bool derivative; // forward: of values, or of derivatives in images .. 2 images - 1

    Rows at(Rows rows) const { return derivative ? from_image(rows, images) : rows; }
    const float *bias(long offset) const { return derivative ? nullptr : weights + offset; }

    void activate(const ConvBlock &block, Rows h, float *scale, float *means, long film_offset, Rows residual,
                  Rows out) const {
        const Norm norm{block.out, block.group, block.real, weights + block.gamma, weights + block.beta};
        const NormKernels &kernel = kernels.norm[length_index(block.length)];
        // FiLM is only read here
        Film f{film_offset < 0 ? nullptr : const_cast<float *>(film) + film_offset, film_stride};
        if (!derivative) {
            kernel.forward(norm, h, scale, f, residual, out, images);
            return;
        }
        Film fd = f;
        if (fd.data) fd.data += images * film_stride;
        kernel.tangent(norm, h, at(h), scale, means, f, fd, at(residual), at(out), images);
    }

    void convolve(const ConvBlock &block, Rows x, Rows h) const {
        kernels.convolve[length_index(block.length)][width_index(block.width)](
            at(x), block.in, weights + block.weight, bias(block.bias), at(h), block.out, images, false);
    }

    void residual(const ResidualBlock &block, const BlockActivations &a) const {
        convolve(block.first, a.input, a.h1);
        activate(block.first, a.h1, a.scale1, a.means1, block.film, {}, a.y);
        convolve(block.second, a.y, a.h2);
        activate(block.second, a.h2, a.scale2, a.means2, -1, block.projects ? Rows{} : a.input, a.output);
        if (block.projects)
            kernels.convolve[length_index(block.first.length)][0](at(a.input), block.first.in, weights + block.shortcut,
                                                                  bias(block.shortcut_bias), at(a.output),
                                                                  block.first.out, images, true);
    }

    void run(const Unet &unet, Activations &a) const {
        const int levels = unet.levels();
        int b = 0;
        const auto next = [&] {
            residual(unet.blocks_[b], a.blocks_[b]);
            return a.blocks_[b++].output;
        };
        for (int j = 0; j < levels; j++) {
            next();
            const Rows x = next();
            if (j + 1 < levels) {
                const Resampling &r = unet.halving_[j];
                kernels.halve[length_index(r.length)](at(x), r.channels, weights + r.weight, bias(r.bias),
                                                      at(a.halved_[j]), r.channels, images, false);
            }
        }
        next();
        next();
        for (int j = levels - 1; j >= 1; j--) {
            next();
            const Rows x = next();
            const Resampling &r = unet.doubling_[j - 1];
            const Rows to = j > 1 ? half(a.joined_[j - 1], 0) : a.top_;
            kernels.upsample[length_index(r.length)](at(x), r.channels, weights + r.weight, bias(r.bias), at(to),
                                                     r.channels, images, false);
        }
        convolve(unet.head_, a.top_, a.head_h_);
        activate(unet.head_, a.head_h_, a.head_scale_, a.head_means_, -1, {}, a.head_y_);
        kernels.convolve[length_index(unet.head_.length)][0](at(a.head_y_), unet.head_.out, weights + unet.output_,
                                                             bias(unet.output_bias_), at(a.output),
                                                             padded(unet.shape_.action_dim), images, false);
    }
};

void Unet::forward(const Kernels &kernels, const float *weights, Activations &at, const float *film, int images) const {
    Pass{kernels, weights, film, film_size_, images, false}.run(*this, at);
}

void Unet::tangent(const Kernels &kernels, const float *weights, Activations &at, const float *film, int images) const {
    Pass{kernels, weights, film, film_size_, images, true}.run(*this, at);
}

} // namespace sobolev
