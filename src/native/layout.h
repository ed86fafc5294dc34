// Where each PyTorch parameter lies in the flat vector of weights, and in the vector of transposed weights.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kernels.h"

namespace sobolev {

// Channels in segments of `real` that are padded to `padded` each; the first one lies at `base`.
struct Segments {
    int real;
    int padded;
    int base = 0;
    int place(int channel) const { return base + channel / real * padded + channel % real; }
};
inline Segments plain(int channels) { return {channels, padded(channels)}; }

// A PyTorch parameter (or a slice of one) [out][in][width] by strides, and its place in the packed vector:
// [out / BLOCK][in][width][BLOCK] with `block_stride` between blocks.
struct Piece {
    std::string name;
    int out, in, width;
    long torch_offset, out_stride, in_stride, width_stride;
    Segments out_channels, in_channels;
    long offset, block_stride;

    long packed_index(int o, int i, int k) const {
        const int placed = out_channels.place(o);
        return offset + placed / BLOCK * block_stride + (static_cast<long>(in_channels.place(i)) * width + k) * BLOCK +
               placed % BLOCK;
    }
    long torch_index(int o, int i, int k) const {
        return torch_offset + o * out_stride + i * in_stride + k * width_stride;
    }
};

struct Transposition {
    long from, to;
    int in, out, width;
    bool flip;
};

using ParameterShapes = std::map<std::string, std::vector<long>>;

// Grows as a network declares its layers, then packs and unpacks.
class Layout {
  public:
    // given: the shapes that the parameters have. One that is missing or has another shape than its layer is an
    // invalid_argument as the layer is declared, before there is memory for a network of the wrong size.
    explicit Layout(ParameterShapes given) : given_(std::move(given)) {}

    // Every parameter is declared once, whatever its number of pieces.
    void declare(const std::string &name, const std::vector<long> &shape);
    // Each returns the offset in the flat vector.
    long vector(const std::string &name, int channels);
    long convolution(const std::string &name, int out, Segments in, int segments, int width, int packed_in);
    long transposed_convolution(const std::string &name, int channels, int width);
    long dense(const std::string &name, int out, int in);
    // Several PyTorch parameters stacked along `out`: reserve first, then place each.
    long reserve(long size);
    void place(Piece piece) { pieces_.push_back(std::move(piece)); }
    // The transposed copy of a map that lies at `from`; returns its offset in the vector of transposed weights.
    long transposed(long from, int in, int out, int width, bool flip);

    long size() const { return size_; }
    long transposed_size() const { return transposed_size_; }
    const std::vector<Piece> &pieces() const { return pieces_; }
    const ParameterShapes &parameters() const { return declared_; }
    void transpose(const Kernels &kernels, const float *weights, float *transposed) const;

  private:
    long map(const std::string &name, int out, Segments in, int segments, int width, int packed_in);

    ParameterShapes given_, declared_;
    std::vector<Piece> pieces_;
    std::vector<Transposition> transpositions_;
    long size_ = 0;
    long transposed_size_ = 0;
};

} // namespace sobolev
