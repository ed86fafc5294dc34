// A zeroed array of floats aligned to cache lines.
#pragma once

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace sobolev {

class Storage {
  public:
    Storage() = default;
    explicit Storage(long size) : size_(size) {
        const std::size_t bytes = (static_cast<std::size_t>(size) * sizeof(float) + 63) / 64 * 64 + 64;
        data_ = static_cast<float *>(std::aligned_alloc(64, bytes));
        if (!data_) throw std::bad_alloc();
        std::memset(data_, 0, bytes);
    }
    Storage(Storage &&other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Storage &operator=(Storage &&other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    Storage(const Storage &) = delete;
    Storage &operator=(const Storage &) = delete;
    ~Storage() { std::free(data_); }

    float *data() { return data_; }
    const float *data() const { return data_; }
    long size() const { return size_; }
    float &operator[](long i) { return data_[i]; }
    float operator[](long i) const { return data_[i]; }
    void zero() { std::memset(data_, 0, static_cast<std::size_t>(size_) * sizeof(float)); }

  private:
    float *data_ = nullptr;
    long size_ = 0;
};

} // namespace sobolev
