// Arguments from Python. What does not fit is a ValueError or TypeError of one line: name, expected, given.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "shape_text.h"

namespace sobolev {

namespace nb = nanobind;

// The arguments of one call by name.
class Call {
  public:
    Call(const char *function, std::initializer_list<const char *> names, const nb::args &positional,
         const nb::kwargs &named);
    nb::handle operator[](const char *name) const;

  private:
    std::vector<const char *> names_;
    std::vector<nb::handle> values_; // the call's tuple and dict own them
};

std::string shown(nb::handle value); // in an error message: short, one line

long whole(const std::string &name, nb::handle value, long low, long high);
std::vector<int> wholes(const std::string &name, nb::handle value, long most, long low, long high);
float number(const std::string &name, nb::handle value); // finite in float32
float positive_or_zero(const std::string &name, nb::handle value);
std::vector<double> numbers(const std::string &name, nb::handle value, long most);
bool flag(const std::string &name, nb::handle value);
std::string text(const std::string &name, nb::handle value);

// Arrays are taken as they are, never converted: C-contiguous, on the CPU, of the very type.
using Input = nb::ndarray<nb::ro>;
using Output = nb::ndarray<>;

Input floats(const std::string &name, nb::handle value);
Input whole_numbers(const std::string &name, nb::handle value); // int64
Output written_floats(const std::string &name, nb::handle value);

inline const float *values(const Input &array) { return static_cast<const float *>(array.data()); }

template <class NdArray> std::vector<long> shape_of(const NdArray &array) {
    std::vector<long> shape;
    for (std::size_t i = 0; i < array.ndim(); i++) shape.push_back(static_cast<long>(array.shape(i)));
    return shape;
}

void check_shape(const std::string &name, const std::vector<long> &shape, const std::vector<long> &expected);
// A finite array of that shape.
Input checked(const std::string &name, nb::handle value, const std::vector<long> &expected);

} // namespace sobolev
