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
using ArrayInOut = nb::ndarray<double, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
using Flags = nb::ndarray<bool, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// out = matrix * vector as NumPy has it, for a row-major matrix with as many rows as out has entries
void multiply(const Blas &blas, const double *matrix, const VectorXs &vector, VectorXs &out) {
  int rows = int(out.size()), columns = int(vector.size()), step = 1;
  auto *a = const_cast<double *>(matrix), *x = const_cast<double *>(vector.data());
  if (rows == 1) {
    out[0] = blas.dot(&columns, a, &step, x, &step);
    return;
  }
  char transposed = 'T';
  double one = 1, zero = 0;
  blas.gemv(&transposed, &columns, &rows, &one, a, &columns, x, &step, &zero, out.data(), &step);
}

/// Limits of a control; NaN is passed on, as by numpy.clip.
struct Limits {
  VectorXs lower, upper;
  Limits(const VectorArg &lower_arg, const VectorArg &upper_arg)
      : lower(lower_arg.as("lower")), upper(upper_arg.as("upper", lower.size())) {}
  Eigen::Index nu() const { return lower.size(); }
  bool allow(const VectorXs &u) const {
    return (lower.array() <= u.array()).all() && (u.array() <= upper.array()).all();
  }
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
  size_t instances = 0, steps = 0, size = 0;
  std::vector<double> values;
  Schedule() = default;
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
  VectorXs deviation, correction;
  FeedbackControls(const Manifold &space_, const ArrayIn<3> &xs_, const ArrayIn<3> &us_, const ArrayIn<4> &gains_,
                   const VectorArg &lower, const VectorArg &upper, const nb::dict &capsules)
      : ControlLaw(us_.shape(0), us_.shape(1), Eigen::Index(us_.shape(2))), space(space_), xs(xs_), us(us_),
        gains(gains_), limits(lower, upper), blas(capsules), deviation(space.ndx()), correction(nu) {
    check_equal(limits.nu(), nu, "lower");
    xs.expect("xs", instances, steps, size_t(space.nx()));
    gains.expect("gains", instances, steps, size_t(nu * space.ndx()));
  }
  void control(size_t i, size_t k, const VectorXs &x, VectorXs &u) override {
    space.difference(VectorXs(xs.vector(i, k)), x, deviation);
    multiply(blas, gains.at(i, k), deviation, correction);
    u = us.vector(i, k) + correction;
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
  VectorXs q, v, named_q, named_v, step, ahead, correction, acceleration, torque, unaccelerated, accelerating;
  InverseDynamicsControls(const PinModel &model_, const MatrixArg &unactuate_, const VectorArg &lower,
                          const VectorArg &upper, double dt, double gain, const nb::dict &capsules, nb::object limiter)
      : ControlLaw(0, 0, 0), model(model_), data(model_), unactuate(unactuate_.as("unactuate", -1, model_.nv)),
        limits(lower, upper), dt(positive(dt)), gain(gain), blas(capsules), limiter(std::move(limiter)) {
    nu = limits.nu();
    check_equal(unactuate.rows(), nu, "unactuate: rows");
    for (VectorXs *each : {&q, &named_q, &ahead})
      each->resize(model.nq);
    for (VectorXs *each : {&v, &named_v, &step, &correction, &acceleration, &torque})
      each->resize(model.nv);
    for (VectorXs *each : {&unaccelerated, &accelerating})
      each->resize(nu);
  }
  static double positive(double dt) {
    if (!(dt > 0))
      raise_value_error("dt: expected a number > 0, got {}", dt);
    return dt;
  }

  void lead_to(const ArrayIn<3> &xs) {
    Schedule given(xs);
    given.expect("xs", given.instances, given.steps, size_t(model.nq + model.nv));
    instances = given.instances;
    steps = given.steps;
    named = std::move(given);
  }

  void control(size_t i, size_t k, const VectorXs &x, VectorXs &u) override {
    const auto target = named.vector(i, k);
    q = x.head(model.nq);
    v = x.tail(model.nv);
    named_q = target.head(model.nq);
    named_v = target.tail(model.nv);
    step = dt * named_v;
    pinocchio::integrate(model, q, step, ahead);
    pinocchio::difference(model, ahead, named_q, correction);
    correction /= dt;
    acceleration = ((named_v + gain * correction) - v) / dt;
    torque = pinocchio::rnea(model, data, q, v, acceleration);
    if (limiter.is_none()) {
      multiply(blas, unactuate.data(), torque, u);
      if (limits.allow(u)) // nothing to take back, so no need to know what accelerates
        return;
    }
    const VectorXs &still = pinocchio::nonLinearEffects(model, data, q, v);
    torque -= still;
    multiply(blas, unactuate.data(), still, unaccelerated);
    multiply(blas, unactuate.data(), torque, accelerating);
    if (limiter.is_none())
      within_limits(u);
    else
      u = vector_from_python(limiter(unaccelerated, accelerating), "within_limits", nu);
    limits.clip(u);
  }

  /// As much of an acceleration as the limits allow, its direction kept.
  void within_limits(VectorXs &u) const {
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

void drive(const ExplicitDynamics &dynamics, ExplicitDynamicsData &data, ControlLaw &law, const ArrayInOut &xs,
           const ArrayInOut &us, const Flags &going, size_t first, size_t steps, double runaway, nb::object region) {
  check_data(dynamics, data);
  const size_t n = law.instances;
  const auto nx = Eigen::Index(dynamics.nx1()), nu = law.nu;
  check_equal(dynamics.nx2(), nx, "dynamics: size of the state ahead");
  check_equal(dynamics.nu, nu, "law: size of a control");
  const size_t horizon = us.shape(1);
  const auto expect = [](const char *name, const ArrayInOut &array, size_t instances, size_t times, Eigen::Index size) {
    if (array.shape(0) != instances || array.shape(1) != times || Eigen::Index(array.shape(2)) != size)
      raise_value_error("{}: expected shape ({}, {}, {}), got ({}, {}, {})", name, instances, times, size,
                        array.shape(0), array.shape(1), array.shape(2));
  };
  expect("us", us, n, horizon, nu);
  expect("xs", xs, n, horizon + 1, nx);
  check_equal(long(going.shape(0)), long(n), "going: instances");
  if (steps > law.steps)
    raise_value_error("steps: the law has {}, got {}", law.steps, steps);
  if (first > horizon || steps > horizon - first)
    raise_value_error("first, steps: us has {} steps, got {} and {}", horizon, first, steps);
  const Box *box = nullptr;
  nb::try_cast(region, box);
  const auto inside = [&](const VectorXs &x) {
    return region.is_none() || (box ? box->holds(x) : nb::cast<bool>(region(x)));
  };
  VectorXs x(nx), u(nu);
  for (size_t i = 0; i < n; ++i) {
    bool goes = going.data()[i];
    double *state = xs.data() + (i * (horizon + 1) + first) * size_t(nx);
    double *control = us.data() + (i * horizon + first) * size_t(nu);
    x = Eigen::Map<const VectorXs>(state, nx);
    for (size_t k = 0; k < steps; ++k, control += nu) {
      u.setZero();
      if (goes) {
        law.control(i, k, x, u);
        dynamics.forward(x, u, data);
        const VectorXs &following = data.xnext_;
        goes = following.allFinite() && following.cwiseAbs().maxCoeff() < runaway && inside(following);
        if (goes)
          x = following;
        else
          u.setZero();
      }
      Eigen::Map<VectorXs>(control, nu) = u;
      Eigen::Map<VectorXs>(state += nx, nx) = x;
    }
    going.data()[i] = goes;
  }
}

/// Vectors along the last axis of an array through a map of vectors, into a new array that owns its memory.
template <class Map>
auto along_last_axis(const char *name, const nb::ndarray<const double, nb::c_contig, nb::device::cpu> &vectors,
                     Eigen::Index from, Eigen::Index to, Map map) {
  const size_t dims = vectors.ndim();
  if (!dims || Eigen::Index(vectors.shape(dims - 1)) != from)
    raise_value_error("{}: expected vectors of {} numbers along the last axis", name, from);
  std::vector<size_t> shape(dims);
  size_t count = 1;
  for (size_t d = 0; d + 1 < dims; ++d)
    count *= shape[d] = vectors.shape(d);
  shape.back() = size_t(to);
  auto *memory = new double[count * size_t(to)];
  const nb::capsule owner(memory, [](void *p) noexcept { delete[] static_cast<double *>(p); });
  VectorXs in(from), out(to);
  for (size_t i = 0; i < count; ++i) {
    in = Eigen::Map<const VectorXs>(vectors.data() + i * size_t(from), from);
    map(in, out);
    Eigen::Map<VectorXs>(memory + i * size_t(to), to) = out;
  }
  return nb::ndarray<nb::numpy, double>(memory, dims, shape.data(), owner);
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
  nb::class_<InverseDynamicsControls, ControlLaw>(extras, "InverseDynamicsControls",
                                                  "RNEA for the acceleration that leads to the velocity of xs[i, k] "
                                                  "in one step of semi-implicit Euler, corrected "
                                                  "towards its configuration by a share `gain`, through the "
                                                  "actuation; of what the limits do not allow the direction "
                                                  "is kept.")
      .def(nb::init<const PinModel &, const MatrixArg &, const VectorArg &, const VectorArg &, double, double,
                    const nb::dict &, nb::object>(),
           nb::keep_alive<1, 2>(), "model"_a, "unactuate"_a, "lower"_a, "upper"_a, "dt"_a, "gain"_a, "blas"_a,
           "within_limits"_a = nb::none(),
           "unactuate: from torques to controls, (nu, nv); within_limits: None, or a function of the control that "
           "leaves the "
           "velocity as it is and of what accelerates, both (nu,), that says what is applied of them.")
      .def("leadTo", &InverseDynamicsControls::lead_to, "xs"_a,
           "From now on to these states, (n, steps, nq + nv); to none before the first call.");
  nb::class_<Box>(extras, "Box", "States whose differences to an origin are within limits; for `drive`.")
      .def(nb::init<const Manifold &, const VectorArg &, const VectorArg &, const VectorArg &>(),
           nb::keep_alive<1, 2>(), "space"_a, "origin"_a, "lower"_a, "upper"_a,
           "origin: (nx,), lower and upper: (ndx,).")
      .def(
          "__call__", [](const Box &box, const VectorArg &x) { return box.holds(state_arg(x, box.space)); }, "x"_a,
          "Whether a state is in it.");
  extras.def("drive", &drive, "dynamics"_a, "data"_a, "law"_a, "xs"_a.noconvert(), "us"_a.noconvert(),
             "going"_a.noconvert(), "first"_a, "steps"_a, "runaway"_a, "region"_a = nb::none(),
             "Move n instances through the dynamics as a law says, from states xs[:, first] (n, T + 1, nx) on: "
             "writes the states "
             "after that, the controls us[:, first:first + steps] (n, T, nu), and into going (n,) which still go on. "
             "One whose "
             "state is not finite, beyond `runaway` or outside the region (a Box, or a function of the state) stays "
             "where it "
             "last was, with zero control, as those that did not go on at the start.");
  using Arrays = nb::ndarray<const double, nb::c_contig, nb::device::cpu>;
  extras.def(
      "integrateFromNeutral",
      [](const Manifold &space, const Arrays &vs) {
        const VectorXs neutral = space.neutral();
        return along_last_axis("vs", vs, space.ndx(), space.nx(),
                               [&](const VectorXs &v, VectorXs &out) { space.integrate(neutral, v, out); });
      },
      "space"_a, "vs"_a, "neutral (+) v for every vector v along the last axis of vs: (..., ndx) to (..., nx).");
  extras.def(
      "differenceFromNeutral",
      [](const Manifold &space, const Arrays &xs) {
        const VectorXs neutral = space.neutral();
        return along_last_axis("xs", xs, space.nx(), space.ndx(),
                               [&](const VectorXs &x, VectorXs &out) { space.difference(neutral, x, out); });
      },
      "space"_a, "xs"_a, "x (-) neutral for every vector x along the last axis of xs: (..., nx) to (..., ndx).");
}

} // namespace aligator::python
