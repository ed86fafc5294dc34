/// Containers of the library as sequences in Python: the classes StdVec_* of aligator._std_vec, which reach the elements
/// of a container through `Elements`. What Python does to such a sequence is done to the container, or refused.
#pragma once

#include "arrays.hpp"
#include "polymorphic.hpp"

#include <functional>

namespace aligator::python {

/// The elements of one container. Positions are checked by the caller.
class Elements {
public:
  explicit Elements(nb::handle owner) : owner_(nb::borrow(owner)) {}
  virtual ~Elements() = default;
  virtual size_t size() const = 0;
  virtual nb::object get(size_t i) = 0;
  virtual void set(size_t i, nb::handle value) = 0;
  /// By default the number of elements is fixed.
  virtual void insert(size_t i, nb::handle value);
  virtual void erase(size_t i);
  virtual const void *address() const = 0;

protected:
  nb::object owner_; // of the container
};

/// Sequences in Python, under the name of their class in aligator._std_vec.
#define ALIGATOR_SEQUENCE(Class)                                                                                       \
  struct Class : nb::object {                                                                                          \
    NB_OBJECT_DEFAULT(Class, nb::object, "aligator._std_vec." #Class, true_for_any)                                    \
    static constexpr const char *class_name = #Class;                                                                  \
    static bool true_for_any(nb::handle) { return true; }                                                              \
  }
ALIGATOR_SEQUENCE(StdVec_Vector);
ALIGATOR_SEQUENCE(StdVec_Matrix);
ALIGATOR_SEQUENCE(StdVec_VecBool);
ALIGATOR_SEQUENCE(StdVec_VecRef);
ALIGATOR_SEQUENCE(StdVec_Scalar);
ALIGATOR_SEQUENCE(StdVec_bool);
ALIGATOR_SEQUENCE(StdVec_long);
ALIGATOR_SEQUENCE(StdVec_StringView);
ALIGATOR_SEQUENCE(StdVec_StdPair_double);
ALIGATOR_SEQUENCE(StdVec_StageModel);
ALIGATOR_SEQUENCE(StdVec_StageData);
ALIGATOR_SEQUENCE(StdVec_StageFunction);
ALIGATOR_SEQUENCE(StdVec_StageFunctionData);
ALIGATOR_SEQUENCE(StdVec_ConstraintObject);
ALIGATOR_SEQUENCE(StdVec_QParams);
ALIGATOR_SEQUENCE(StdVec_VParams);
#undef ALIGATOR_SEQUENCE

/// A sequence of these elements: an nb::list, or a pointer to Elements that Python is to own.
nb::object sequence_of(const char *class_name, nb::object elements);
template <class Sequence> Sequence sequence(nb::list items) {
  return nb::borrow<Sequence>(sequence_of(Sequence::class_name, std::move(items)));
}
template <class Sequence> Sequence sequence(std::unique_ptr<Elements> elements) {
  return nb::borrow<Sequence>(sequence_of(Sequence::class_name, nb::cast(elements.release(), nb::rv_policy::take_ownership)));
}

/// Arrays as a sequence of Python's own.
StdVec_Vector to_python(const Vectors &vectors);
StdVec_Matrix to_python(const Matrices &matrices);

// ---- arrays ----

/// Tells whether arrays of a container are in Python's hands. Made when the first is, and gone with the last.
class Exported {
public:
  explicit Exported(const void *container) : container(container) {}
  ~Exported();
  /// The container has got other memory: keep the one that the arrays are views of.
  void keep(std::shared_ptr<void> memory);

private:
  const void *container;
  std::shared_ptr<void> kept;
};
std::shared_ptr<Exported> mark_exported(const void *container);
std::shared_ptr<Exported> find_exported(const void *container);

/// The base object of an array that is a view of an element of the container.
nb::object view_owner(nb::handle owner, const void *container);

/// To be called before the library may free or exchange the memory of the elements: arrays that Python has of them keep
/// what they show, and no longer act on the container.
template <class T> void detach(std::vector<T> &items) {
  const auto exported = find_exported(&items);
  if (!exported)
    return;
  auto old = std::make_shared<std::vector<T>>(std::move(items));
  items = *old;
  exported->keep(std::move(old));
}

/// A number of arrays of fixed shapes, shown as views; `to_array` gives the dense part of an element.
template <class T, class ToArray> class ArrayElements : public Elements {
public:
  ArrayElements(nb::handle owner, std::vector<T> &items, ToArray to_array)
      : Elements(owner), items_(items), to_array_(to_array) {}
  size_t size() const override { return items_.size(); }
  nb::object get(size_t i) override { return view(to_array_(items_[i]), view_owner(owner_, &items_)); }
  void set(size_t i, nb::handle value) override { write_array(get(i), value, "element " + std::to_string(i)); }
  const void *address() const override { return &items_; }

private:
  std::vector<T> &items_;
  ToArray to_array_;
};

/// Views of the arrays of a container that `owner` keeps in memory.
template <class Sequence, class T> Sequence array_views(nb::handle owner, std::vector<T> &items) {
  const auto itself = [](T &item) -> T & { return item; };
  return sequence<Sequence>(std::make_unique<ArrayElements<T, decltype(itself)>>(owner, items, itself));
}

// ---- values ----

[[noreturn]] void refuse_element(size_t i, nb::handle value);

/// Numbers, strings and pairs. Their number is fixed, and so are the values of a constant vector.
template <class Vector> class ValueElements : public Elements {
public:
  using T = typename Vector::value_type;
  ValueElements(nb::handle owner, Vector &items) : Elements(owner), items_(items) {}
  size_t size() const override { return items_.size(); }
  nb::object get(size_t i) override { return nb::cast(T(items_[i])); }
  void set(size_t i, nb::handle value) override {
    if constexpr (std::is_const_v<Vector>) {
      throw nb::type_error("this sequence cannot be changed: it follows from what it belongs to");
    } else {
      T item;
      if (!nb::try_cast(value, item))
        refuse_element(i, value);
      items_[i] = std::move(item);
    }
  }
  const void *address() const override { return &items_; }

private:
  Vector &items_;
};

template <class Sequence, class Vector> Sequence values(nb::handle owner, Vector &items) {
  return sequence<Sequence>(std::make_unique<ValueElements<Vector>>(owner, items));
}

/// Objects held by value, shown as references. Their number is fixed.
template <class T> class ReferenceElements : public Elements {
public:
  ReferenceElements(nb::handle owner, std::vector<T> &items) : Elements(owner), items_(items) {}
  size_t size() const override { return items_.size(); }
  nb::object get(size_t i) override {
    nb::object wrapper = nb::find(items_[i]);
    if (!wrapper.is_valid()) {
      wrapper = nb::cast(&items_[i], nb::rv_policy::reference);
      nb::keep_alive_obj(wrapper, view_owner(owner_, &items_));
    }
    return wrapper;
  }
  void set(size_t, nb::handle) override {
    throw nb::type_error("the elements of this sequence cannot be exchanged; their arrays can be written into");
  }
  const void *address() const override { return &items_; }

private:
  std::vector<T> &items_;
};

template <class Sequence, class T> Sequence references(nb::handle owner, std::vector<T> &items) {
  return sequence<Sequence>(std::make_unique<ReferenceElements<T>>(owner, items));
}

// ---- data ----

/// Data objects, which are shared. Their number is fixed; whether they fit is checked where they are used.
template <class T> class SharedElements : public Elements {
public:
  SharedElements(nb::handle owner, std::vector<std::shared_ptr<T>> &items) : Elements(owner), items_(items) {}
  size_t size() const override { return items_.size(); }
  nb::object get(size_t i) override { return nb::cast(items_[i]); }
  void set(size_t i, nb::handle value) override {
    std::shared_ptr<T> item;
    if (value.is_none() || !nb::try_cast(value, item))
      refuse_element(i, value);
    items_[i] = std::move(item);
  }
  const void *address() const override { return &items_; }

private:
  std::vector<std::shared_ptr<T>> &items_;
};

template <class Sequence, class T> Sequence shared_data(nb::handle owner, std::vector<std::shared_ptr<T>> &items) {
  return sequence<Sequence>(std::make_unique<SharedElements<T>>(owner, items));
}

/// Exchange the data objects of a container for those of a sequence of the same length.
template <class T> void assign_shared_data(std::vector<std::shared_ptr<T>> &items, nb::handle values, const char *name) {
  Py_ssize_t n = PyObject_Length(values.ptr());
  if (n < 0)
    throw nb::python_error();
  if (size_t(n) != items.size())
    throw nb::value_error((std::string(name) + ": expected " + std::to_string(items.size()) + " data objects, got " +
                           std::to_string(n)).c_str());
  std::vector<std::shared_ptr<T>> fresh;
  for (nb::handle value : values) {
    std::shared_ptr<T> item;
    if (value.is_none() || !nb::try_cast(value, item))
      refuse_element(fresh.size(), value);
    fresh.push_back(std::move(item));
  }
  items = std::move(fresh);
}

// ---- models ----

/// Models. Those given are cloned as everywhere; those taken out belong to Python, if it refers to them.
template <class Base> class ModelElements : public Elements {
public:
  using Poly = xyz::polymorphic<Base>;
  /// Raises unless element i may become `model` (nullptr: may be removed; i = size: may be added).
  using Check = std::function<void(size_t i, const Base *model)>;

  ModelElements(nb::handle owner, std::vector<Poly> &items, bool growable, Check check)
      : Elements(owner), items_(items), growable_(growable), check_(std::move(check)) {}
  size_t size() const override { return items_.size(); }
  nb::object get(size_t i) override { return nb::cast(items_[i], nb::rv_policy::reference_internal, owner_); }
  void set(size_t i, nb::handle value) override {
    Poly model = taken(i, value);
    check_(i, &*model);
    retire(std::exchange(items_[i], std::move(model)));
  }
  void insert(size_t i, nb::handle value) override {
    if (!growable_)
      return Elements::insert(i, value);
    Poly model = taken(i, value);
    check_(items_.size(), &*model);
    items_.insert(items_.begin() + std::ptrdiff_t(i), std::move(model));
  }
  void erase(size_t i) override {
    if (!growable_)
      return Elements::erase(i);
    check_(i, nullptr);
    retire(std::move(items_[i]));
    items_.erase(items_.begin() + std::ptrdiff_t(i));
  }
  const void *address() const override { return &items_; }

private:
  Poly taken(size_t i, nb::handle value) { return clone(model_from_python<Base>(value, "element " + std::to_string(i))); }

  std::vector<Poly> &items_;
  bool growable_;
  Check check_;
};

template <class Sequence, class Base, class Check>
Sequence models(nb::handle owner, std::vector<xyz::polymorphic<Base>> &items, bool growable, Check check) {
  return sequence<Sequence>(std::make_unique<ModelElements<Base>>(owner, items, growable, check));
}

} // namespace aligator::python
