#include "blas.hpp"
#include "module.hpp"
#include "new_array.hpp"

#include <aligator/core/stage-data.hpp>
#include <aligator/core/stage-model.hpp>
#include <aligator/core/traj-opt-data.hpp>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

using RowRef = Eigen::Ref<const RowMatrix, 0, Eigen::OuterStride<>>;
using RowBlocks = std::vector<RowMatrix>; // one for each stage
using ArrayIn = nb::ndarray<const double, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

/// Products of row-major matrices, each one call of dgemm as NumPy makes it: the transposed product of column-major ones.
struct Products {
  const Blas &blas;

  /// op(a) op(b), of shape (rows, columns) with `inner` terms in each sum.
  RowMatrix multiply(const double *a, int a_leading, bool a_transposed, const double *b, int b_leading,
                     bool b_transposed, int rows, int columns, int inner) const {
    RowMatrix out(rows, columns);
    char first = b_transposed ? 'T' : 'N', second = a_transposed ? 'T' : 'N';
    double one = 1, zero = 0;
    blas.gemm(&first, &second, &columns, &rows, &inner, &one, const_cast<double *>(b), &b_leading,
              const_cast<double *>(a), &a_leading, &zero, out.data(), &columns);
    return out;
  }
  RowMatrix multiply(const RowRef &a, const RowRef &b) const {
    return multiply(a.data(), int(a.outerStride()), false, b.data(), int(b.outerStride()), false, int(a.rows()),
                    int(b.cols()), int(a.cols()));
  }
  /// a^T b
  RowMatrix transposed_multiply(const RowRef &a, const RowRef &b) const {
    return multiply(a.data(), int(a.outerStride()), true, b.data(), int(b.outerStride()), false, int(a.cols()),
                    int(b.cols()), int(a.rows()));
  }
  /// Add C^T C / mu for the first columns of a column-major C.
  template <class Square> void add_penalty(const MatrixXs &C, Scalar mu, Square &sum) const {
    if ((C.array() == 0).all()) // often nothing is active
      sum.array() += 0; // as the product of zeros does, which makes +0 of -0
    else
      sum += square(C, int(sum.cols())) / mu;
  }
  /// C^T C for the first columns of a column-major C
  RowMatrix square(const MatrixXs &C, int columns) const {
    RowMatrix out(columns, columns);
    int rows = int(C.rows());
    if (rows == 1) // an outer product is no call of BLAS
      return RowMatrix(C.leftCols(columns).transpose() * C.leftCols(columns));
    char lower = 'L', transposed = 'T';
    double one = 1, zero = 0;
    blas.syrk(&lower, &transposed, &columns, &rows, &one, const_cast<double *>(C.data()), &rows, &zero, out.data(),
              &columns);
    out.triangularView<Eigen::StrictlyLower>() = out.transpose().triangularView<Eigen::StrictlyLower>();
    return out;
  }
  /// C^T h for a column-major C
  RowMatrix transposed_multiply_columns(const MatrixXs &C, const RowRef &h) const {
    const int rows = int(C.rows());
    return multiply(C.data(), rows, false, h.data(), int(h.outerStride()), false, int(C.cols()), int(h.cols()), rows);
  }
  /// -a^{-1} b
  RowMatrix solve_negative(const RowRef &a, const RowRef &b) const {
    MatrixXs factor = a, x = b;
    Eigen::VectorXi pivots(a.rows());
    int size = int(a.rows()), sides = int(b.cols()), info = 0;
    blas.gesv(&size, &sides, factor.data(), &size, pivots.data(), x.data(), &size, &info);
    if (info > 0) {
      PyErr_SetString(nb::module_::import_("numpy.linalg").attr("LinAlgError").ptr(), "Singular matrix");
      throw nb::python_error();
    }
    return RowMatrix(-x);
  }
};

using Jacobians = std::vector<MatrixXs>;

/// [C_x C_u] of every constraint, rows of inactive inequalities zeroed.
Jacobians active_rows(const ConstraintStackTpl<Scalar> &constraints,
                      const std::vector<shared_ptr<StageFunctionData>> &data, const VectorXs &multipliers, double mu,
                      size_t stage) {
  if (multipliers.size() != constraints.totalDim())
    raise_value_error("multipliers[{}]: expected {} numbers, got {}", stage, constraints.totalDim(), multipliers.size());
  Jacobians blocks;
  Eigen::Index offset = 0;
  for (size_t j = 0; j < constraints.size(); ++j) {
    const StageFunctionData &d = *data[j];
    const VectorXs shifted = d.value_ + mu * multipliers.segment(offset, d.value_.size());
    MatrixXs block(d.value_.size(), d.Jx_.cols() + d.Ju_.cols());
    block << d.Jx_, d.Ju_;
    constraints.sets[j]->applyNormalConeProjectionJacobian(shifted, block);
    blocks.push_back(std::move(block));
    offset += d.value_.size();
  }
  return blocks;
}

/// One array in Python's list of lists, checked.
RowMatrix constraint_derivative(nb::handle object, Eigen::Index rows, int n_p, const std::string &name) {
  return matrix_from_python(object, name, rows, n_p);
}

nb::tuple feedback_gains(const TrajOptProblem &problem, const TrajOptData &data, const VectorsArg &multipliers_arg,
                         Scalar mu, const nb::dict &capsules, const std::optional<nb::tuple> &by_parameters) {
  check_data(problem, data);
  if (!(mu > 0))
    raise_value_error("mu: expected a number > 0, got {}", mu);
  const size_t horizon = problem.numSteps();
  const Vectors multipliers = multipliers_arg.as("multipliers");
  check_equal(long(multipliers.size()), long(horizon) + 1, "multipliers");
  const Blas blas(capsules);
  const Products products{blas};

  const int ndx = problem.term_cost_->ndx(), nu = problem.stages_[0]->nu(), n = ndx + nu;
  for (const auto &stage : problem.stages_)
    if (stage->ndx1() != ndx || stage->ndx2() != ndx || stage->nu() != nu)
      raise_value_error("problem: expected stages of one size, ndx = {} and nu = {}", ndx, nu);

  int n_p = 0;
  bool in_cost_only = false;
  ArrayIn l_xp, l_up, f_p;
  nb::list h_p;
  if (by_parameters) {
    if (by_parameters->size() != 4)
      raise_value_error("by_parameters: expected (l_xp, l_up, f_p, h_p), got {} things", by_parameters->size());
    const auto array = [&](size_t i, const char *name, size_t first, int rows) {
      const auto given = nb::cast<ArrayIn>((*by_parameters)[i]);
      if (i == 0)
        n_p = int(given.shape(2));
      if (given.shape(0) != first || given.shape(1) != size_t(rows) || given.shape(2) != size_t(n_p))
        raise_value_error("by_parameters: {}: expected shape ({}, {}, {}), got ({}, {}, {})", name, first, rows, n_p,
                          given.shape(0), given.shape(1), given.shape(2));
      return given;
    };
    l_xp = array(0, "l_xp", horizon + 1, ndx);
    l_up = array(1, "l_up", horizon, nu);
    in_cost_only = (*by_parameters)[2].is_none() && (*by_parameters)[3].is_none();
    if (!in_cost_only) {
      f_p = array(2, "f_p", horizon, ndx);
      h_p = nb::cast<nb::list>((*by_parameters)[3]);
      check_equal(long(h_p.size()), long(horizon) + 1, "by_parameters: h_p");
    }
  }
  const auto parameter_slice = [&](const ArrayIn &array, size_t t) {
    return Eigen::Map<const RowMatrix>(array.data() + t * array.shape(1) * array.shape(2), Eigen::Index(array.shape(1)),
                                       n_p);
  };
  // (1 / mu) C_a^T h_p over the constraints of a stage
  const auto through_constraints = [&](const Jacobians &active, int columns, size_t t) {
    RowMatrix sum = RowMatrix::Zero(columns, n_p);
    if (in_cost_only)
      return sum;
    const auto given = nb::cast<nb::list>(h_p[t]);
    if (given.size() != active.size())
      raise_value_error("by_parameters: h_p[{}]: expected {} arrays, got {}", t, active.size(), given.size());
    for (size_t j = 0; j < active.size(); ++j) {
      const RowMatrix h = constraint_derivative(given[j], active[j].rows(), n_p,
                                                fmt::format("by_parameters: h_p[{}][{}]", t, j));
      sum += products.transposed_multiply_columns(active[j].leftCols(columns), h);
    }
    return RowMatrix(sum / mu);
  };

  ArrayOut gains = new_array(horizon, nu, ndx), A = new_array(horizon, ndx, ndx), B = new_array(horizon, ndx, nu);
  ArrayOut parameter_gains = new_array(by_parameters ? horizon : 0, nu, n_p);

  // The terminal value is column-major in memory, as aligator has it; from then on row-major.
  MatrixXs terminal = data.term_cost_data->Lxx_;
  Jacobians active = active_rows(problem.term_cstrs_, data.term_cstr_data, multipliers[horizon], mu, horizon);
  for (const MatrixXs &block : active)
    products.add_penalty(block, mu, terminal);
  RowMatrix value = Eigen::Map<const RowMatrix>(terminal.data(), ndx, ndx); // its transpose
  bool transposed = true;
  RowMatrix parameter_value;
  if (by_parameters)
    parameter_value = parameter_slice(l_xp, horizon) + through_constraints(active, ndx, horizon);

  RowMatrix dynamics(ndx, n), hessian(n, n);
  for (size_t t = horizon; t-- > 0;) {
    const StageData &stage = *data.stage_data[t];
    const CostData &cost = *stage.cost_data;
    slice(A, t) = stage.dynamics_data->Jx();
    slice(B, t) = stage.dynamics_data->Ju();
    dynamics << slice(A, t), slice(B, t);
    hessian << cost.Lxx_, cost.Lxu_, cost.Lxu_.transpose(), cost.Luu_;
    active = active_rows(problem.stages_[t]->constraints_, stage.constraint_data, multipliers[t], mu, t);
    const RowMatrix left =
        products.multiply(dynamics.data(), n, true, value.data(), ndx, transposed, n, ndx, ndx);
    RowMatrix Q = hessian + products.multiply(left, dynamics);
    for (const MatrixXs &block : active)
      products.add_penalty(block, mu, Q);
    const auto Q_uu = Q.bottomRightCorner(nu, nu);
    const auto Q_xu = Q.topRightCorner(ndx, nu);
    if (by_parameters) {
      RowMatrix Q_p(n, n_p);
      Q_p << parameter_slice(l_xp, t), parameter_slice(l_up, t);
      RowMatrix ahead = parameter_value;
      if (!in_cost_only)
        ahead += products.multiply(value.data(), ndx, transposed, parameter_slice(f_p, t).data(), n_p, false, ndx, n_p,
                                   ndx);
      Q_p += products.transposed_multiply(dynamics, ahead) + through_constraints(active, n, t);
      slice(parameter_gains, t) = products.solve_negative(Q_uu, Q_p.bottomRows(nu));
      parameter_value = Q_p.topRows(ndx) + products.multiply(Q_xu, slice(parameter_gains, t));
    }
    slice(gains, t) = products.solve_negative(Q_uu, Q.bottomLeftCorner(nu, ndx));
    value = Q.topLeftCorner(ndx, ndx) + products.multiply(Q_xu, slice(gains, t));
    value = (0.5 * (value + value.transpose())).eval();
    transposed = false;
  }
  return nb::make_tuple(gains, A, B, by_parameters ? nb::cast(parameter_gains) : nb::none());
}

} // namespace

void bind_feedback_gains(nb::module_ &extras) {
  extras.def("feedbackGains", &feedback_gains, "problem"_a, "data"_a, "multipliers"_a, "mu"_a, "blas"_a,
             "by_parameters"_a = nb::none(),
             "Gains of one Riccati sweep on the derivatives in `data`, constraints as in the augmented Lagrangian with "
             "penalty mu: (K (N, nu, ndx), f_x (N, ndx, ndx), f_u (N, ndx, nu), K_p (N, nu, n_p) or None). "
             "multipliers: N + 1 arrays; blas: capsules dgemm, dsyrk and dgesv as in __pyx_capi__ of "
             "scipy.linalg.cython_blas and cython_lapack; by_parameters: (l_xp, l_up, f_p, h_p) for K_p.");
}

} // namespace aligator::python
