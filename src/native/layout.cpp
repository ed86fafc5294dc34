#include "layout.h"

#include <stdexcept>

#include "shape_text.h"

namespace sobolev {

long Layout::reserve(long size) {
    const long offset = size_;
    size_ += size;
    return offset;
}

void Layout::declare(const std::string &name, const std::vector<long> &shape) {
    const auto found = given_.find(name);
    if (found == given_.end()) throw std::invalid_argument("parameters: expected '" + name + "' among them, got none");
    if (found->second != shape)
        throw std::invalid_argument("parameter '" + name + "': expected shape " + shape_text(shape) + ", got " +
                                    shape_text(found->second));
    declared_[name] = shape;
}

long Layout::vector(const std::string &name, int channels) {
    declare(name, {channels});
    const long offset = reserve(padded(channels));
    place({name, channels, 1, 1, 0, 1, 0, 0, plain(channels), plain(1), offset, BLOCK});
    return offset;
}

long Layout::convolution(const std::string &name, int out, Segments in, int segments, int width, int packed_in) {
    declare(name, {out, static_cast<long>(in.real) * segments, width});
    return map(name, out, in, segments, width, packed_in);
}

long Layout::map(const std::string &name, int out, Segments in, int segments, int width, int packed_in) {
    const long offset = reserve(static_cast<long>(padded(out)) * packed_in * width);
    const int channels = in.real * segments;
    place({name, out, channels, width, 0, static_cast<long>(channels) * width, width, 1, plain(out), in, offset,
           static_cast<long>(packed_in) * width * BLOCK});
    return offset;
}

long Layout::transposed_convolution(const std::string &name, int channels, int width) {
    declare(name, {channels, channels, width});
    const long offset = reserve(static_cast<long>(padded(channels)) * padded(channels) * width);
    place({name, channels, channels, width, 0, width, static_cast<long>(channels) * width, 1, plain(channels),
           plain(channels), offset, static_cast<long>(padded(channels)) * width * BLOCK});
    return offset;
}

long Layout::dense(const std::string &name, int out, int in) {
    declare(name, {out, in});
    return map(name, out, plain(in), 1, 1, padded(in));
}

long Layout::transposed(long from, int in, int out, int width, bool flip) {
    const long to = transposed_size_;
    transpositions_.push_back({from, to, in, out, width, flip});
    transposed_size_ += static_cast<long>(in) * out * width;
    return to;
}

void Layout::transpose(const Kernels &kernels, const float *weights, float *transposed) const {
    for (const Transposition &t : transpositions_)
        kernels.transpose(weights + t.from, transposed + t.to, t.in, t.out, t.width, t.flip);
}

} // namespace sobolev
