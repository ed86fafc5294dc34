/// Everything that each file of the bindings needs: nanobind, Aligator's types for doubles, and Pinocchio.
#pragma once

// Before any Boost header: it sets the limits of the Boost containers that the library was compiled with.
#include <pinocchio/fwd.hpp>

#include <pinocchio/multibody/data.hpp>
#include <pinocchio/multibody/model.hpp>

#include <aligator/context.hpp>
#include <aligator/core/constraint-set.hpp>
#include <aligator/core/cost-abstract.hpp>
#include <aligator/core/explicit-dynamics.hpp>
#include <aligator/core/manifold-base.hpp>
#include <aligator/core/traj-opt-problem.hpp>
#include <aligator/core/unary-function.hpp>
#include <aligator/core/vector-space.hpp>
#include <aligator/modelling/dynamics/ode-abstract.hpp>

#include <nanobind/eigen/dense.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>

namespace aligator::python {

namespace nb = nanobind;
using namespace nb::literals;

using context::ConstMatrixRef;
using context::ConstVectorRef;
using context::MatrixRef;
using context::MatrixXs;
using context::Scalar;
using context::VectorRef;
using context::VectorXs;
using Vectors = std::vector<VectorXs>;
using Matrices = std::vector<MatrixXs>;
using Vector3s = Eigen::Matrix<Scalar, 3, 1>;

using context::ConstraintSet;
using context::CostAbstract;
using context::CostData;
using context::ExplicitDynamicsData;
using context::Manifold;
using context::StageData;
using context::StageFunction;
using context::StageFunctionData;
using context::StageModel;
using context::TrajOptData;
using context::TrajOptProblem;
using context::UnaryFunction;
using ExplicitDynamics = context::ExplicitDynamics;
using ContinuousDynamics = dynamics::ContinuousDynamicsAbstractTpl<Scalar>;
using ContinuousDynamicsData = dynamics::ContinuousDynamicsDataTpl<Scalar>;
using ODE = dynamics::ODEAbstractTpl<Scalar>;

} // namespace aligator::python
