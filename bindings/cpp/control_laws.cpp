#include "blas.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "pinocchio_objects.hpp"

#include <nanobind/stl/tuple.h>
#include <pinocchio/algorithm/joint-configuration.hpp>
#include <pinocchio/algorithm/rnea.hpp>

namespace aligator::python {

namespace {

using context::PinModel;
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
  void clip(VectorXs &u) const {
    for (Eigen::Index j = 0; j < u.size(); ++j)
      if (!std::isnan(u[j])) // of a zero and a limit of zero the limit's sign
        u[j] = std::min(upper[j], std::max(lower[j], u[j]));
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
  template <class Array>
  explicit Schedule(const Array &array) : instances(array.shape(0)), steps(array.shape(1)), size(1) {
    for (size_t d = 2; d < array.ndim(); ++d)
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
  const Manifold &space; // kept alive by Python
  Schedule xs, us, gains;
  Limits limits;
  Blas blas;
  VectorXs deviation;
  FeedbackControls(const Manifold &space_, const ArrayIn<3> &xs_, const ArrayIn<3> &us_, const ArrayIn<4> &gains_,
                   const VectorArg &lower, const VectorArg &upper, const nb::dict &capsules)
      : ControlLaw(us_.shape(0), us_.shape(1), Eigen::Index(us_.shape(2))), space(space_), xs(xs_), us(us_),
        gains(gains_), limits(lower, upper), blas(capsules), deviation(space.ndx()) {
    check_equal(limits.nu(), nu, "lower");
    xs.expect("xs", instances, steps, size_t(space.nx()));
    gains.expect("gains", instances, steps, size_t(nu * space.ndx()));
  }
  void control(size_t i, size_t k, const VectorXs &x, VectorXs &u) override {
    space.difference(VectorXs(xs.vector(i, k)), x, deviation);
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
  nb::object limiter; // None: within_limits
  InverseDynamicsControls(const PinModel &model_, const ArrayIn<3> &xs, const MatrixArg &unactuate_,
                          const VectorArg &lower, const VectorArg &upper, double dt, double gain,
                          const nb::dict &capsules, nb::object limiter)
      : ControlLaw(xs.shape(0), xs.shape(1), 0), model(model_), data(model_), named(xs),
        unactuate(unactuate_.as("unactuate", -1, model_.nv)), limits(lower, upper), dt(positive(dt)), gain(gain),
        blas(capsules), limiter(std::move(limiter)) {
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
    const VectorXs unaccelerated = product(blas, unactuate.data(), nu, still);
    const VectorXs accelerating = product(blas, unactuate.data(), nu, moving);
    if (limiter.is_none())
      within_limits(unaccelerated, accelerating, u);
    else
      u = vector_from_python(limiter(unaccelerated, accelerating), "within_limits", nu);
    limits.clip(u);
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
  }
};

/// Where states may be: their differences to an origin within limits. NaN is outside.
struct Box {
  const Manifold &space; // kept alive by Python
  VectorXs origin, lower, upper;
  Box(const Manifold &space, const VectorArg &origin_, const VectorArg &lower_, const VectorArg &upper_)
      : space(space), origin(state_arg(origin_, space, "origin")), lower(tangent_arg(lower_, space, "lower")),
        upper(tangent_arg(upper_, space, "upper")) {}
  bool holds(const VectorXs &x) const {
    VectorXs point(space.ndx());
    space.difference(origin, x, point);
    return (lower.array() <= point.array()).all() && (point.array() <= upper.array()).all();
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
                const Flags &going, ControlLaw &law, size_t steps, double runaway, nb::object region) {
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
  const Box *box = nullptr;
  nb::try_cast(region, box);
  const auto inside = [&](const VectorXs &x) {
    return region.is_none() || (box ? box->holds(x) : nb::cast<bool>(region(x)));
  };
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
        goes = following.allFinite() && following.cwiseAbs().maxCoeff() < runaway && inside(following);
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

/// Rows of an array through a map of vectors.
template <class Map> auto by_rows(const ArrayIn<2> &rows, Eigen::Index size, Map map) {
  const size_t n = rows.shape(0);
  auto out = new_array<double, 2>({n, size_t(size)});
  VectorXs in(rows.shape(1)), row(size);
  for (size_t i = 0; i < n; ++i) {
    in = Eigen::Map<const VectorXs>(rows.data() + i * size_t(in.size()), in.size());
    map(in, row);
    Eigen::Map<VectorXs>(static_cast<double *>(out.data()) + i * size_t(size), size) = row;
  }
  return out;
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
      .def(nb::init<const Manifold &, const ArrayIn<3> &, const ArrayIn<3> &, const ArrayIn<4> &, const VectorArg &,
                    const VectorArg &, const nb::dict &>(),
           nb::keep_alive<1, 2>(), "space"_a, "xs"_a, "us"_a, "gains"_a, "lower"_a, "upper"_a, "blas"_a,
           "xs: (n, steps, nx), us: (n, steps, nu), gains: (n, steps, nu, ndx).");
  nb::class_<InverseDynamicsControls, ControlLaw>(
      extras, "InverseDynamicsControls",
      "RNEA for the acceleration that leads to the velocity of xs[i, k] in one step of semi-implicit Euler, corrected "
      "towards its configuration by a share `gain`, through the actuation; of what the limits do not allow the direction "
      "is kept.")
      .def(nb::init<const PinModel &, const ArrayIn<3> &, const MatrixArg &, const VectorArg &, const VectorArg &, double,
                    double, const nb::dict &, nb::object>(),
           nb::keep_alive<1, 2>(), "model"_a, "xs"_a, "unactuate"_a, "lower"_a, "upper"_a, "dt"_a, "gain"_a, "blas"_a,
           "within_limits"_a = nb::none(),
           "xs: states to lead to, (n, steps, nq + nv); unactuate: from torques to controls, (nu, nv); within_limits: None, "
           "or a function of the control that leaves the velocity as it is and of what accelerates, both (nu,), that says "
           "what is applied of them.");
  nb::class_<Box>(extras, "Box", "States whose differences to an origin are within limits; for `drive`.")
      .def(nb::init<const Manifold &, const VectorArg &, const VectorArg &, const VectorArg &>(), nb::keep_alive<1, 2>(),
           "space"_a, "origin"_a, "lower"_a, "upper"_a, "origin: (nx,), lower and upper: (ndx,).")
      .def("__call__", [](const Box &box, const VectorArg &x) { return box.holds(state_arg(x, box.space)); }, "x"_a,
           "Whether a state is in it.");
  extras.def("drive", &drive, "dynamics"_a, "data"_a, "starts"_a, "going"_a, "law"_a, "steps"_a, "runaway"_a,
             "region"_a = nb::none(),
             "Move n instances through the dynamics as a law says: states (n, steps, nx), controls (n, steps, nu) and which "
             "still go on (n,). One whose state is not finite, beyond `runaway` or outside the region (a Box, or a function of the "
             "state) stays where it last was, with zero control, as those that did not go on at the start.");
  extras.def(
      "integrateAll",
      [](const Manifold &space, const VectorArg &x, const ArrayIn<2> &vs) {
        const VectorXs from = state_arg(x, space);
        check_equal(long(vs.shape(1)), space.ndx(), "vs: columns");
        return by_rows(vs, space.nx(), [&](const VectorXs &v, VectorXs &out) { space.integrate(from, v, out); });
      },
      "space"_a, "x"_a, "vs"_a, "x (+) v for every row v of vs (n, ndx): (n, nx).");
  extras.def(
      "differenceAll",
      [](const Manifold &space, const VectorArg &x, const ArrayIn<2> &xs) {
        const VectorXs from = state_arg(x, space);
        check_equal(long(xs.shape(1)), space.nx(), "xs: columns");
        return by_rows(xs, space.ndx(), [&](const VectorXs &to, VectorXs &out) { space.difference(from, to, out); });
      },
      "space"_a, "x"_a, "xs"_a, "y (-) x for every row y of xs (n, nx): (n, ndx).");
}

} // namespace aligator::python
