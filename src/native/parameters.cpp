#include "parameters.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sobolev {

namespace {

template <class NdArray>
std::map<std::string, NdArray> arrays_by_name(nb::handle parameters,
                                              NdArray (*array)(const std::string &, nb::handle)) {
    if (!PyDict_Check(parameters.ptr()))
        throw nb::type_error(("parameters: expected a dict of arrays by name, got " + shown(parameters)).c_str());
    std::map<std::string, NdArray> arrays;
    const nb::list items = nb::borrow<nb::dict>(parameters).items(); // stays as it is whatever an array's code does
    for (nb::handle item : items) {
        const std::string name = text("parameters, a name", item[0]);
        arrays[name] = array("parameter " + shown(item[0]), item[1]);
    }
    return arrays;
}

template <class NdArray> ParameterShapes shapes_of(const std::map<std::string, NdArray> &arrays) {
    ParameterShapes shapes;
    for (const auto &[name, array] : arrays) shapes[name] = shape_of(array);
    return shapes;
}

template <class NdArray> void check_known(const std::map<std::string, NdArray> &arrays, const ParameterShapes &known) {
    for (const auto &[name, array] : arrays)
        if (!known.count(name))
            throw std::invalid_argument("parameters: expected the names of the network's parameters only, got " +
                                        shown(nb::str(name.c_str(), name.size())));
}

// f(packed, torch) for the places of every entry of the piece.
template <class F> void for_entries(const Piece &piece, F f) {
    for (int o = 0; o < piece.out; o++)
        for (int i = 0; i < piece.in; i++)
            for (int k = 0; k < piece.width; k++) f(piece.packed_index(o, i, k), piece.torch_index(o, i, k));
}

// One that shares memory with another would hold the other's numbers.
void check_apart(const std::map<std::string, Output> &arrays) {
    std::vector<std::pair<const float *, const std::string *>> starts;
    for (const auto &[name, array] : arrays)
        if (array.size()) starts.emplace_back(static_cast<const float *>(array.data()), &name);
    std::sort(starts.begin(), starts.end());
    for (std::size_t i = 1; i < starts.size(); i++)
        if (starts[i - 1].first + arrays.at(*starts[i - 1].second).size() > starts[i].first)
            throw std::invalid_argument("parameter '" + *starts[i].second +
                                        "': expected memory of its own, got that of '" + *starts[i - 1].second + "'");
}

} // namespace

Parameters::Parameters(nb::handle parameters) : arrays_(arrays_by_name(parameters, floats)) {}

ParameterShapes Parameters::shapes() const { return shapes_of(arrays_); }

void Parameters::check_names(const Layout &layout) const { check_known(arrays_, layout.parameters()); }

void Parameters::pack(const Layout &layout, float *weights) const {
    for (const Piece &piece : layout.pieces()) {
        const float *array = values(arrays_.at(piece.name));
        for_entries(piece, [&](long packed, long torch) { weights[packed] = array[torch]; });
    }
}

WrittenParameters::WrittenParameters(nb::handle parameters, const Layout &layout)
    : arrays_(arrays_by_name(parameters, written_floats)) {
    Layout given(shapes_of(arrays_));
    for (const auto &[name, shape] : layout.parameters()) given.declare(name, shape);
    check_known(arrays_, layout.parameters());
    check_apart(arrays_);
}

void WrittenParameters::unpack(const Layout &layout, const float *weights) {
    for (const Piece &piece : layout.pieces()) {
        float *array = static_cast<float *>(arrays_.at(piece.name).data());
        for_entries(piece, [&](long packed, long torch) { array[torch] = weights[packed]; });
    }
}

} // namespace sobolev
