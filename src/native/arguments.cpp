#include "arguments.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "finite.h"

namespace sobolev {

namespace {

[[noreturn]] void wrong_type(const std::string &name, const std::string &expected, const std::string &given) {
    throw nb::type_error((name + ": expected " + expected + ", got " + given).c_str());
}

[[noreturn]] void wrong_value(const std::string &name, const std::string &expected, const std::string &given) {
    throw std::invalid_argument(name + ": expected " + expected + ", got " + given);
}

std::string range_text(long low, long high) { return std::to_string(low) + " .. " + std::to_string(high); }

// The length of a list, a tuple or an array; not of what only can be iterated, which may never end.
long length(const std::string &name, nb::handle value, const char *entries) {
    PyObject *v = value.ptr();
    const bool characters = PyUnicode_Check(v) || PyBytes_Check(v) || PyByteArray_Check(v);
    const Py_ssize_t size = characters || !PySequence_Check(v) ? -1 : PySequence_Size(v);
    if (size >= 0) return static_cast<long>(size);
    PyErr_Clear();
    wrong_type(name, std::string("a list of ") + entries, shown(value));
}

nb::object entry(nb::handle list, long index) { return nb::steal(PySequence_GetItem(list.ptr(), index)); }

std::string indexed(const std::string &name, long index) { return name + "[" + std::to_string(index) + "]"; }

double any_number(const std::string &name, nb::handle value) {
    if (PyBool_Check(value.ptr())) wrong_type(name, "a number", shown(value));
    const double result = PyFloat_AsDouble(value.ptr());
    if (result != -1 || !PyErr_Occurred()) return result;
    const bool too_large = PyErr_ExceptionMatches(PyExc_OverflowError);
    PyErr_Clear();
    if (too_large) wrong_value(name, "a finite number", shown(value));
    wrong_type(name, "a number", shown(value));
}

// What an array, or what was given for one, is: its dtype or its type.
std::string array_text(nb::handle value) {
    try {
        const nb::object dtype = nb::getattr(value, "dtype", nb::none());
        if (!dtype.is_none()) return "an array of " + std::string(nb::str(dtype).c_str());
    } catch (const nb::python_error &) { // an object whose attributes fail: its type says enough
    }
    return shown(value);
}

bool contiguous(const Input &array) {
    std::int64_t stride = 1;
    for (std::size_t i = array.ndim(); i-- > 0;) {
        if (array.shape(i) != 1 && array.stride(i) != stride) return false;
        stride *= static_cast<std::int64_t>(array.shape(i));
    }
    return true;
}

template <class T> Input typed(const std::string &name, nb::handle value, const char *type) {
    const std::string expected = std::string("a C-contiguous ") + type + " array on the CPU";
    Input array;
    if (value.is_none() || !nb::try_cast(value, array, false)) wrong_type(name, expected, array_text(value));
    if (array.dtype() != nb::dtype<T>()) wrong_type(name, expected, array_text(value));
    if (array.device_type() != nb::device::cpu::value) wrong_type(name, expected, "one on another device");
    if (array.size() == 0) return array;
    if (!contiguous(array)) wrong_value(name, expected, "one of other strides");
    if (reinterpret_cast<std::uintptr_t>(array.data()) % alignof(T))
        wrong_value(name, expected, "one that is not aligned");
    return array;
}

} // namespace

Call::Call(const char *function, std::initializer_list<const char *> names, const nb::args &positional,
           const nb::kwargs &named)
    : names_(names), values_(names.size()) {
    const std::string prefix = std::string(function) + ": ";
    if (positional.size() > names_.size())
        throw nb::type_error((prefix + "expected " + std::to_string(names_.size()) + " arguments, got " +
                              std::to_string(positional.size()))
                                 .c_str());
    for (std::size_t i = 0; i < positional.size(); i++) values_[i] = positional[i];
    for (auto [key, value] : named) {
        const char *name = PyUnicode_AsUTF8AndSize(key.ptr(), nullptr);
        if (!name) PyErr_Clear();
        const auto found = std::find_if(names_.begin(), names_.end(),
                                        [&](const char *known) { return name && !std::strcmp(known, name); });
        if (found == names_.end()) throw nb::type_error((prefix + "has no argument " + shown(key)).c_str());
        nb::handle &place = values_[static_cast<std::size_t>(found - names_.begin())];
        if (place.is_valid()) throw nb::type_error((prefix + "argument " + name + " is given twice").c_str());
        place = value;
    }
    for (std::size_t i = 0; i < names_.size(); i++)
        if (!values_[i].is_valid()) throw nb::type_error((prefix + "argument " + names_[i] + " is missing").c_str());
}

nb::handle Call::operator[](const char *name) const {
    for (std::size_t i = 0; i < names_.size(); i++)
        if (!std::strcmp(names_[i], name)) return values_[i];
    throw std::logic_error(std::string(name) + " is not an argument of this call");
}

std::string shown(nb::handle value) {
    constexpr Py_ssize_t LONGEST = 60;
    PyObject *v = value.ptr();
    const bool plain = v == Py_None || PyBool_Check(v) || PyLong_Check(v) || PyFloat_Check(v) || PyUnicode_Check(v);
    if (plain) {
        const nb::object all = nb::steal(PyObject_ASCII(v)); // escapes what is not printable
        const nb::object start = nb::steal(all.is_valid() ? PyUnicode_Substring(all.ptr(), 0, LONGEST) : nullptr);
        const char *characters = start.is_valid() ? PyUnicode_AsUTF8AndSize(start.ptr(), nullptr) : nullptr;
        if (characters) return PyUnicode_GetLength(all.ptr()) > LONGEST ? std::string(characters) + ".." : characters;
        PyErr_Clear(); // a number of too many digits
    }
    return std::string("a value of type ") + nb::type_name(value.type()).c_str();
}

long whole(const std::string &name, nb::handle value, long low, long high) {
    if (PyBool_Check(value.ptr()) || !PyIndex_Check(value.ptr())) wrong_type(name, "a whole number", shown(value));
    const nb::object index = nb::steal(PyNumber_Index(value.ptr()));
    if (!index.is_valid()) {
        PyErr_Clear();
        wrong_type(name, "a whole number", shown(value));
    }
    int overflow = 0;
    const long result = PyLong_AsLongAndOverflow(index.ptr(), &overflow);
    if (overflow || result < low || result > high) wrong_value(name, range_text(low, high), shown(index));
    return result;
}

std::vector<int> wholes(const std::string &name, nb::handle value, long most, long low, long high) {
    const long size = length(name, value, "whole numbers");
    if (size > most) wrong_value(name, "up to " + std::to_string(most) + " entries", std::to_string(size));
    std::vector<int> result;
    for (long i = 0; i < size; i++) {
        const nb::object item = entry(value, i);
        if (!item.is_valid()) throw nb::python_error();
        result.push_back(static_cast<int>(whole(indexed(name, i), item, low, high)));
    }
    return result;
}

float number(const std::string &name, nb::handle value) {
    const float result = static_cast<float>(any_number(name, value));
    if (!std::isfinite(result)) wrong_value(name, "a number that is finite in float32", shown(value));
    return result;
}

float positive_or_zero(const std::string &name, nb::handle value) {
    const float result = number(name, value);
    if (result < 0) wrong_value(name, "a number that is not negative", shown(value));
    return result;
}

std::vector<double> numbers(const std::string &name, nb::handle value, long most) {
    const long size = length(name, value, "numbers");
    if (size > most) wrong_value(name, "up to " + std::to_string(most) + " entries", std::to_string(size));
    std::vector<double> result;
    for (long i = 0; i < size; i++) {
        const nb::object item = entry(value, i);
        if (!item.is_valid()) throw nb::python_error();
        number(indexed(name, i), item);
        result.push_back(any_number(indexed(name, i), item));
    }
    return result;
}

bool flag(const std::string &name, nb::handle value) {
    if (!PyBool_Check(value.ptr())) wrong_type(name, "True or False", shown(value));
    return value.ptr() == Py_True;
}

std::string text(const std::string &name, nb::handle value) {
    if (!PyUnicode_Check(value.ptr())) wrong_type(name, "a string", shown(value));
    Py_ssize_t size = 0;
    const char *characters = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
    if (!characters) {
        PyErr_Clear();
        wrong_value(name, "a string of valid characters", shown(value));
    }
    return {characters, static_cast<std::size_t>(size)};
}

Input floats(const std::string &name, nb::handle value) { return typed<float>(name, value, "float32"); }

Input whole_numbers(const std::string &name, nb::handle value) { return typed<std::int64_t>(name, value, "int64"); }

Output written_floats(const std::string &name, nb::handle value) {
    floats(name, value);
    Output array;
    if (!nb::try_cast(value, array, false)) wrong_value(name, "an array to write into", "one that is read-only");
    return array;
}

void check_shape(const std::string &name, const std::vector<long> &shape, const std::vector<long> &expected) {
    bool equal = shape.size() == expected.size();
    for (std::size_t i = 0; equal && i < shape.size(); i++) equal = expected[i] == ANY || shape[i] == expected[i];
    if (!equal) wrong_value(name, "shape " + shape_text(expected), shape_text(shape));
}

Input checked(const std::string &name, nb::handle value, const std::vector<long> &expected) {
    Input array = floats(name, value);
    check_shape(name, shape_of(array), expected);
    if (!finite(values(array), array.size())) throw std::invalid_argument(name + ": holds NaN or infinite values");
    return array;
}

} // namespace sobolev
