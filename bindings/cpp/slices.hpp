/// Some rows of a function, as a function.
#pragma once

#include "common.hpp"

#include <aligator/modelling/function-xpr-slice.hpp>

namespace aligator::python {

/// The library's slice, except for its vector-Hessian products, which in version 0.19.1 write past the end of an array.
template <class Base> struct FunctionSlice : FunctionSliceXprTpl<Scalar, Base> {
  using Slice = FunctionSliceXprTpl<Scalar, Base>;
  using Data = FunctionSliceDataTpl<Scalar>;
  using Slice::computeJacobians;
  using Slice::computeVectorHessianProducts;
  using Slice::evaluate;
  using Slice::Slice;

  void computeVectorHessianProducts(const ConstVectorRef &x, const ConstVectorRef &u, const ConstVectorRef &lbda,
                                    StageFunctionData &data) const override {
    auto &sub = *static_cast<Data &>(data).sub_data;
    VectorXs all_rows = VectorXs::Zero(this->func->nr);
    for (size_t j = 0; j < this->indices.size(); ++j)
      all_rows[this->indices[j]] += lbda[Eigen::Index(j)];
    static_cast<const StageFunction &>(*this->func).computeVectorHessianProducts(x, u, all_rows, sub);
    data.vhp_buffer_ = sub.vhp_buffer_;
  }
};

} // namespace aligator::python
