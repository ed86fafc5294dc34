// The U-Net's reverse pass: gradients with respect to FiLM and to the weights, of a loss of the output (reverse mode)
// or of the output and its derivative along a direction (reverse over forward mode).
#include "unet.h"

#include <cstring>

namespace sobolev {

namespace {

Rows shaped(Rows scratch, int length, int channels) {
    return {scratch.data, static_cast<long>(length) * channels, channels};
}

struct Reverse {
    const Kernels &kernels;
    const float *weights;
    const float *transposed;
    float *gradient; // null: not wanted
    const float *film;
    float *d_film;
    long film_stride;
    int images;
    bool dual;
    Rows d_h, d_y; // scratch

    int all() const { return dual ? 2 * images : images; }

    void normalise(const ConvBlock &block, Rows x_hat, Rows d_out, Rows dh, const float *scale, const float *means,
                   long film_offset) const {
        const Norm norm{block.out, block.group, block.real, weights + block.gamma, weights + block.beta};
        NormGradient g;
        if (gradient) g = {gradient + block.gamma, gradient + block.beta, gradient + block.bias};
        const NormKernels &kernel = kernels.norm[length_index(block.length)];
        Film f, df;
        if (film_offset >= 0) {
            f = {const_cast<float *>(film) + film_offset, film_stride}; // only read
            df = {d_film + film_offset, film_stride};
        }
        if (dual) kernel.backward_dual(norm, x_hat, d_out, dh, scale, means, f, df, g, images);
        else kernel.backward(norm, x_hat, d_out, dh, scale, f, df, g, images);
    }

    void weight(const ConvBlock &block, Rows x, Rows dh) const {
        if (gradient)
            kernels.convolve_weight[length_index(block.length)][width_index(block.width)](
                x, block.in, dh, block.out, gradient + block.weight, all());
    }

    void input(const ConvBlock &block, Rows dh, Rows dx, bool add) const {
        kernels.convolve[length_index(block.length)][width_index(block.width)](
            dh, block.out, transposed + block.transposed, nullptr, dx, block.in, all(), add);
    }

    // d_in: where the gradient of the block's input goes; none if its data is null.
    void residual(const ResidualBlock &block, const BlockActivations &at, Rows d_out, Rows d_in, bool add) const {
        const ConvBlock &c = block.first;
        const Rows dh = shaped(d_h, c.length, c.out), dy = shaped(d_y, c.length, c.out);
        normalise(block.second, at.h2, d_out, dh, at.scale2, at.means2, -1);
        weight(block.second, at.y, dh);
        input(block.second, dh, dy, false);
        normalise(block.first, at.h1, dy, dh, at.scale1, at.means1, block.film);
        weight(block.first, at.input, dh);
        if (block.projects && gradient) {
            kernels.convolve_weight[length_index(c.length)][0](at.input, c.in, d_out, c.out, gradient + block.shortcut,
                                                               all());
            kernels.sum_rows(d_out, c.length, c.out, images, gradient + block.shortcut_bias);
        }
        if (!d_in.data) return;
        if (block.projects)
            kernels.convolve[length_index(c.length)][0](d_out, c.out, transposed + block.shortcut_transposed, nullptr,
                                                        d_in, c.in, all(), add);
        else pass_on(d_out, d_in, c.length, c.out, add);
        input(block.first, dh, d_in, true);
    }

    void pass_on(Rows from, Rows to, int length, int channels, bool add) const {
        for (int i = 0; i < all(); i++)
            for (int l = 0; l < length; l++) {
                const float *source = from.data + i * from.stride + static_cast<long>(l) * from.leading;
                float *target = to.data + i * to.stride + static_cast<long>(l) * to.leading;
                if (!add) std::memcpy(target, source, sizeof(float) * static_cast<std::size_t>(channels));
                else
                    for (int c = 0; c < channels; c++) target[c] += source[c];
            }
    }
};

} // namespace

void Unet::backward(const Kernels &kernels, const float *weights, const float *transposed, float *gradient,
                    Activations &at, const float *film, float *d_film, int images, bool dual) const {
    const Reverse reverse{kernels,    weights, transposed, gradient, film,   d_film,
                          film_size_, images,  dual,       at.d_h_,  at.d_y_};
    const int all = reverse.all(), levels = this->levels(), actions = padded(shape_.action_dim);
    const int top = length_index(head_.length);

    if (gradient) {
        kernels.convolve_weight[top][0](at.head_y_, head_.out, at.d_output, actions, gradient + output_, all);
        kernels.sum_rows(at.d_output, head_.length, actions, images, gradient + output_bias_);
    }
    const Rows d_head = shaped(at.d_y_, head_.length, head_.out), dh = shaped(at.d_h_, head_.length, head_.out);
    kernels.convolve[top][0](at.d_output, actions, transposed + output_transposed_, nullptr, d_head, head_.out, all,
                             false);
    reverse.normalise(head_, at.head_h_, d_head, dh, at.head_scale_, at.head_means_, -1);
    reverse.weight(head_, at.top_, dh);
    reverse.input(head_, dh, at.d_top_, false);

    // Blocks in reverse order of the forward pass; d_out of one goes through the two scratch buffers in turn.
    int b = static_cast<int>(blocks_.size()) - 1;
    const auto scratch = [&](int which, int length, int channels) {
        return shaped(at.d_scratch_[which], length, channels);
    };
    const auto step = [&](Rows d_out, Rows d_in, bool add) {
        reverse.residual(blocks_[b], at.blocks_[b], d_out, d_in, add);
        b--;
    };
    for (int j = 1; j < levels; j++) {
        const Resampling &r = doubling_[j - 1];
        const Rows dy = j > 1 ? half(at.d_joined_[j - 1], 0) : at.d_top_, x = at.blocks_[b].output;
        if (gradient) {
            kernels.upsample_weight[length_index(r.length)](x, r.channels, dy, r.channels, gradient + r.weight, all);
            kernels.sum_rows(dy, r.length, r.channels, images, gradient + r.bias);
        }
        const Rows first = scratch(0, length(j), r.channels), second = scratch(1, length(j), r.channels);
        kernels.upsample_input[length_index(length(j))](dy, r.channels, transposed + r.transposed, nullptr, first,
                                                        r.channels, all, false);
        step(first, second, false);
        step(second, at.d_joined_[j], false);
    }
    const int deepest = padded(shape_.hidden_dims.back()), shortest = length(levels - 1);
    const Rows middle = scratch(0, shortest, deepest);
    step(levels > 1 ? half(at.d_joined_[levels - 1], 0) : at.d_top_, middle, false);
    // the last level's output goes to the middle and over the skip connection
    step(middle, levels > 1 ? half(at.d_joined_[levels - 1], 1) : at.d_skip_, levels > 1);
    for (int j = levels - 1; j >= 0; j--) {
        const int channels = padded(shape_.hidden_dims[j]);
        const Rows between = scratch(0, length(j), channels);
        step(j > 0 ? half(at.d_joined_[j], 1) : at.d_skip_, between, false);
        if (j == 0) {
            step(between, {}, false);
            break;
        }
        const Resampling &r = halving_[j - 1];
        const Rows dy = scratch(1, r.length, r.channels);
        step(between, dy, false);
        if (gradient) {
            kernels.halve_weight[length_index(r.length)](at.blocks_[b].output, r.channels, dy, r.channels,
                                                         gradient + r.weight, all);
            kernels.sum_rows(dy, r.length, r.channels, images, gradient + r.bias);
        }
        const Rows dx = j > 1 ? half(at.d_joined_[j - 1], 1) : at.d_skip_;
        kernels.halve_input[length_index(length(j - 1))](dy, r.channels, transposed + r.transposed, nullptr, dx,
                                                         r.channels, all, j > 1);
    }
}

} // namespace sobolev
