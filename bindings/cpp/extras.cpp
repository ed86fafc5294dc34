#include "module.hpp"
#include "pinocchio_residuals.hpp"

#include <aligator/core/unary-function.hpp>
#include <pinocchio/algorithm/frames.hpp>
#include <pinocchio/algorithm/jacobian.hpp>
#include <pinocchio/algorithm/kinematics.hpp>

namespace aligator::python {

namespace {

struct ColumnClearance;

struct ColumnClearanceData : StageFunctionData {
  context::PinData pin_data_;
  Eigen::Matrix<Scalar, 6, Eigen::Dynamic> frame_jacobian;
  explicit ColumnClearanceData(const ColumnClearance &model);
};

/// R_i^2 - |p - c_i|^2 for vertical columns i around axes c_i, where p is the horizontal position of a frame.
struct ColumnClearance : UnaryFunction {
  using Centres = Eigen::Matrix<Scalar, Eigen::Dynamic, 2>;
  using Base = UnaryFunction;
  using Base::computeJacobians;
  using Base::evaluate;

  PinModel pin_model_;
  pinocchio::FrameIndex frame_id;
  Centres centres;
  VectorXs squared_distances;

  ColumnClearance(int ndx, int nu, const PinModel &model, pinocchio::FrameIndex id, const Centres &centres,
                  const VectorXs &distances)
      : Base(ndx, nu, int(centres.rows())), pin_model_(model), frame_id(id), centres(centres),
        squared_distances(distances.array().square()) {}

  void evaluate(const ConstVectorRef &x, StageFunctionData &data) const override {
    auto &pin_data = static_cast<ColumnClearanceData &>(data).pin_data_;
    pinocchio::forwardKinematics(pin_model_, pin_data, x.head(pin_model_.nq));
    pinocchio::updateFramePlacement(pin_model_, pin_data, frame_id);
    const Eigen::RowVector2d p = pin_data.oMf[frame_id].translation().head<2>().transpose();
    data.value_ = squared_distances - (centres.rowwise() - p).rowwise().squaredNorm();
  }

  void computeJacobians(const ConstVectorRef &, StageFunctionData &data) const override {
    auto &d = static_cast<ColumnClearanceData &>(data);
    pinocchio::computeJointJacobians(pin_model_, d.pin_data_);
    pinocchio::getFrameJacobian(pin_model_, d.pin_data_, frame_id, pinocchio::LOCAL_WORLD_ALIGNED, d.frame_jacobian);
    const Eigen::RowVector2d p = d.pin_data_.oMf[frame_id].translation().head<2>().transpose();
    d.Jx_.leftCols(pin_model_.nv).noalias() = 2. * (centres.rowwise() - p) * d.frame_jacobian.topRows<2>();
  }

  std::shared_ptr<StageFunctionData> createData() const override {
    return std::make_shared<ColumnClearanceData>(*this);
  }
};

ColumnClearanceData::ColumnClearanceData(const ColumnClearance &model)
    : StageFunctionData(model.ndx1, model.nu, model.nr), pin_data_(model.pin_model_),
      frame_jacobian(decltype(frame_jacobian)::Zero(6, model.pin_model_.nv)) {}

} // namespace

void bind_extras(nb::module_ &extras) {
  nb::class_<ColumnClearance, UnaryFunction> clearance(
      extras, "ColumnClearanceResidual",
      "R_i^2 - |p - c_i|^2 for every vertical column i, where p is the horizontal position of a frame, in square metres: "
      "negative where the frame's origin is farther than R_i from the axis through c_i; nr = number of columns.");
  clearance.def("__init__",
                [](ColumnClearance *self, int ndx, int nu, const PinModel &model, long id, const MatrixArg &centres,
                   const VectorArg &distances) {
                  check_tangent_dimension(ndx, model.nv, "model.nv");
                  const VectorXs R = distances.as("distances");
                  new (self) ColumnClearance(ndx, nu, model, frame_arg(model, id), centres.as("centres", R.size(), 2), R);
                },
                "ndx"_a, "nu"_a, "model"_a, "id"_a, "centres"_a, "distances"_a,
                "centres: (n, 2) positions of the axes, distances: (n,) least distances R_i from them.");
  def_pin_model<ColumnClearance>(clearance);
  register_pinocchio_residual<ColumnClearance, StageFunction, UnaryFunction>(false);
  bind_pinocchio_data<ColumnClearanceData>(extras, "ColumnClearanceData");
}

} // namespace aligator::python
