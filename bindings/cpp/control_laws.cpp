#include "blas.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "pinocchio_objects.hpp"

#include <nanobind/stl/tuple.h>
#include <pinocchio/algorithm/joint-configuration.hpp>
#include <pinocchio/algorithm/rnea.hpp>

namespace aligator::python {

namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <int Dims> using ArrayIn = nb::ndarray<const double, nb::ndim<Dims>, nb::c_contig, nb::device::cpu>;
using Flags = nb::ndarray<const bool, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// matrix * vector as NumPy has it, for a row-major matrix
VectorXs product(const Blas &blas, const double *matrix, Eigen::Index rows, const VectorXs &vector) {
  VectorXs out(rows);
  int columns = int(vector.size()), step = 1, m = int(rows);
  auto *a = const_cast<double *>(matrix), *x = const_cast<double *>(vector.data());
  if (rows == 1) {
    out[0] = blas.dot(&columns, a, &step, x, &step);
    return out;
  }
  char transposed = 'T';
  double one = 1, zero = 0;
  blas.gemv(&transposed, &columns, &m, &one, a, &columns, x, &step, &zero, out.data(), &step);
  return out;
}

/// Limits of a control; NaN is passed on, as by numpy.clip.
struct Limits {
  VectorXs lower, upper;
  Limits(const VectorArg &lower_arg, const VectorArg &upper_arg)
      : lower(lower_arg.as("lower")), upper(upper_arg.as("upper", lower.size())) {}
  Eigen::Index nu() const { return lower.size(); }
  template <class U> void clip(U &&u) const {
    for (Eigen::Index j = 0; j < u.size(); ++j)
      if (u[j] < lower[j])
        u[j] = lower[j];
      else if (u[j] > upper[j])
        u[j] = upper[j];
  }
};

/// What decides the controls of n instances for some steps.
struct ControlLaw {
  size_t instances, steps;
  Eigen::Index nu;
  ControlLaw(size_t instances, size_t steps, Eigen::Index nu) : instances(instances), steps(steps), nu(nu) {}
  virtual ~ControlLaw() = default;
  /// The control of an instance that is at x, in a step.
  virtual void control(size_t instance, size_t step, const VectorXs &x, VectorXs &u) = 0;
};

/// Numbers of every instance and step, copied.
struct Schedule {
  size_t instances, steps, size;
  std::vector<double> values;
  template <int Dims> Schedule(const ArrayIn<Dims> &array) : instances(array.shape(0)), steps(array.shape(1)), size(1) {
    for (int d = 2; d < Dims; ++d)
      size *= array.shape(d);
    values.assign(array.data(), array.data() + instances * steps * size);
  }
  const double *at(size_t instance, size_t step) const { return values.data() + (instance * steps + step) * size; }
  Eigen::Map<const VectorXs> vector(size_t instance, size_t step) const {
    return {at(instance, step), Eigen::Index(size)};
  }
  void expect(const char *name, size_t n, size_t k, size_t entries) const {
    if (instances != n || steps != k || size != entries)
      raise_value_error("{}: expected {} instances, {} steps and {} numbers in each, got {}, {} and {}", name, n, k,
                        entries, instances, steps, size);
  }
};

/// u = clip(what is given)
struct ClippedControls final : ControlLaw {
  Schedule us;
  Limits limits;
  ClippedControls(const ArrayIn<3> &us_, const VectorArg &lower, const VectorArg &upper)
      : ControlLaw(us_.shape(0), us_.shape(1), Eigen::Index(us_.shape(2))), us(us_), limits(lower, upper) {
    check_equal(limits.nu(), nu, "lower");
  }
  void control(size_t i, size_t k, const VectorXs &, VectorXs &u) override {
    u = us.vector(i, k);
    limits.clip(u);
  }
};

/// u = clip(u_k + K_k (x (-) x_k))
struct FeedbackControls final : ControlLaw {
  xyz::polymorphic<Manifold> space;
  Schedule xs, us, gains;
  Limits limits;
  Blas blas;
  VectorXs deviation;
  FeedbackControls(const xyz::polymorphic<Manifold> &space_, const ArrayIn<3> &xs_, const ArrayIn<3> &us_,
                   const ArrayIn<4> &gains_, const VectorArg &lower, const VectorArg &upper, const nb::dict &capsules)
      : ControlLaw(us_.shape(0), us_.shape(1), Eigen::Index(us_.shape(2))), space(space_), xs(xs_), us(us_),
        gains(gains_), limits(lower, upper), blas(capsules), deviation(space->ndx()) {
    check_equal(limits.nu(), nu, "lower");
    xs.expect("xs", instances, steps, size_t(space->nx()));
    gains.expect("gains", instances, steps, size_t(nu * space->ndx()));
  }
  void control(size_t i, size_t k, const VectorXs &x, VectorXs &u) override {
    space->difference(VectorXs(xs.vector(i, k)), x, deviation);
    u = us.vector(i, k) + product(blas, gains.at(i, k), nu, deviation);
    limits.clip(u);
  }
};

/// RNEA for the acceleration that leads to a state in one step of semi-implicit Euler, as far as the limits allow.
struct InverseDynamicsControls final : ControlLaw {
  const PinModel &model; // kept alive by Python
  context::PinData data;
  Schedule named;
  RowMatrix unactuate;
  Limits limits;
  double dt, gain;
  Blas blas;
  InverseDynamicsControls(const PinModel &model_, const ArrayIn<3> &xs, const MatrixArg &unactuate_,
                          const VectorArg &lower, const VectorArg &upper, double dt, double gain,
                          const nb::dict &capsules)
      : ControlLaw(xs.shape(0), xs.shape(1), 0), model(model_), data(model_), named(xs),
        unactuate(unactuate_.as("unactuate", -1, model_.nv)), limits(lower, upper), dt(positive(dt)), gain(gain),
        blas(capsules) {
    nu = limits.nu();
    check_equal(unactuate.rows(), nu, "unactuate: rows");
    named.expect("xs", instances, steps, size_t(model.nq + model.nv));
  }
  static double positive(double dt) {
    if (!(dt > 0))
      raise_value_error("dt: expected a number > 0, got {}", dt);
    return dt;
  }

  void control(size_t i, size_t k, const VectorXs &x, VectorXs &u) override {
    const VectorXs q = x.head(model.nq), v = x.tail(model.nv);
    const auto target = named.vector(i, k);
    const VectorXs target_q = target.head(model.nq), target_v = target.tail(model.nv);
    const VectorXs step = dt * target_v;
    const VectorXs ahead = pinocchio::integrate(model, q, step);
    const VectorXs correction = pinocchio::difference(model, ahead, target_q) / dt;
    const VectorXs acceleration = ((target_v + gain * correction) - v) / dt;
    const VectorXs still = pinocchio::nonLinearEffects(model, data, q, v);
    const VectorXs moving = pinocchio::rnea(model, data, q, v, acceleration) - still;
    within_limits(product(blas, unactuate.data(), nu, still), product(blas, unactuate.data(), nu, moving), u);
  }

  /// As much of an acceleration as the limits allow, its direction kept.
  void within_limits(const VectorXs &unaccelerated, const VectorXs &accelerating, VectorXs &u) const {
    double share = 1;
    for (Eigen::Index j = 0; j < nu; ++j) {
      const double room = (accelerating[j] > 0 ? limits.upper[j] : limits.lower[j]) - unaccelerated[j];
      const bool inside = limits.lower[j] <= unaccelerated[j] && unaccelerated[j] <= limits.upper[j];
      if (inside && std::abs(room) < std::abs(accelerating[j]))
        share = std::min(share, room / accelerating[j]);
    }
    u = unaccelerated + share * accelerating;
    limits.clip(u);
  }
};

/// A new NumPy array that owns its memory.
template <class T, size_t Dims> nb::ndarray<nb::numpy, T> new_array(const std::array<size_t, Dims> &shape) {
  size_t count = 1;
  for (size_t size : shape)
    count *= size;
  auto *memory = new T[count]();
  const nb::capsule owner(memory, [](void *p) noexcept { delete[] static_cast<T *>(p); });
  return nb::ndarray<nb::numpy, T>(memory, Dims, shape.data(), owner);
}

nb::tuple drive(const ExplicitDynamics &dynamics, ExplicitDynamicsData &data, const ArrayIn<2> &starts,
                const Flags &going, ControlLaw &law, size_t steps, double runaway) {
  check_data(dynamics, data);
  const size_t n = law.instances;
  const auto nx = Eigen::Index(dynamics.nx1());
  check_equal(dynamics.nx2(), nx, "dynamics: size of the state ahead");
  check_equal(dynamics.nu, law.nu, "law: size of a control");
  if (starts.shape(0) != n || Eigen::Index(starts.shape(1)) != nx)
    raise_value_error("starts: expected shape ({}, {}), got ({}, {})", n, nx, starts.shape(0), starts.shape(1));
  check_equal(long(going.shape(0)), long(n), "going: instances");
  if (steps > law.steps)
    raise_value_error("steps: the law has {}, got {}", law.steps, steps);
  auto xs = new_array<double, 3>({n, steps, size_t(nx)});
  auto us = new_array<double, 3>({n, steps, size_t(law.nu)});
  auto still_going = new_array<bool, 1>({n});
  auto *states = static_cast<double *>(xs.data()), *controls = static_cast<double *>(us.data());
  VectorXs x(nx), u(law.nu);
  for (size_t i = 0; i < n; ++i) {
    bool goes = going.data()[i];
    x = Eigen::Map<const VectorXs>(starts.data() + i * size_t(nx), nx);
    for (size_t k = 0; k < steps; ++k) {
      if (goes) {
        law.control(i, k, x, u);
        dynamics.forward(x, u, data);
        const VectorXs &following = data.xnext_;
        goes = following.allFinite() && following.cwiseAbs().maxCoeff() < runaway;
        if (goes) {
          x = following;
          Eigen::Map<VectorXs>(controls + (i * steps + k) * size_t(law.nu), law.nu) = u;
        }
      }
      Eigen::Map<VectorXs>(states + (i * steps + k) * size_t(nx), nx) = x;
    }
    static_cast<bool *>(still_going.data())[i] = goes;
  }
  return nb::make_tuple(xs, us, still_going);
}

} // namespace

void bind_control_laws(nb::module_ &extras) {
  nb::class_<ControlLaw>(extras, "ControlLaw", "What decides the controls of n instances for some steps; for `drive`.")
      .def_ro("instances", &ControlLaw::instances, "n")
      .def_ro("steps", &ControlLaw::steps, "For how many steps.");
  nb::class_<ClippedControls, ControlLaw>(extras, "ClippedControls", "u = clip(us[i, k], lower, upper).")
      .def(nb::init<const ArrayIn<3> &, const VectorArg &, const VectorArg &>(), "us"_a, "lower"_a, "upper"_a,
           "us: (n, steps, nu).");
  nb::class_<FeedbackControls, ControlLaw>(extras, "FeedbackControls",
                                           "u = clip(us[i, k] + gains[i, k] (x (-) xs[i, k]), lower, upper).")
      .def(nb::init<const xyz::polymorphic<Manifold> &, const ArrayIn<3> &, const ArrayIn<3> &, const ArrayIn<4> &,
                    const VectorArg &, const VectorArg &, const nb::dict &>(),
           "space"_a, "xs"_a, "us"_a, "gains"_a, "lower"_a, "upper"_a, "blas"_a,
           "xs: (n, steps, nx), us: (n, steps, nu), gains: (n, steps, nu, ndx).");
  nb::class_<InverseDynamicsControls, ControlLaw>(
      extras, "InverseDynamicsControls",
      "RNEA for the acceleration that leads to the velocity of xs[i, k] in one step of semi-implicit Euler, corrected "
      "towards its configuration by a share `gain`, through the actuation; of what the limits do not allow the direction "
      "is kept.")
      .def(nb::init<const PinModel &, const ArrayIn<3> &, const MatrixArg &, const VectorArg &, const VectorArg &, double,
                    double, const nb::dict &>(),
           nb::keep_alive<1, 2>(), "model"_a, "xs"_a, "unactuate"_a, "lower"_a, "upper"_a, "dt"_a, "gain"_a, "blas"_a,
           "xs: states to lead to, (n, steps, nq + nv); unactuate: from torques to controls, (nu, nv).");
  extras.def("drive", &drive, "dynamics"_a, "data"_a, "starts"_a, "going"_a, "law"_a, "steps"_a, "runaway"_a,
             "Move n instances through the dynamics as a law says: states (n, steps, nx), controls (n, steps, nu) and which "
             "still go on (n,). One whose state is not finite or beyond `runaway` stays where it last was, with zero control, "
             "as those that did not go on at the start.");
}

} // namespace aligator::python
