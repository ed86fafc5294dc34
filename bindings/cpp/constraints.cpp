#include "being_solved.hpp"
#include "checks.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "polymorphic.hpp"
#include "sequences.hpp"

#include <aligator/modelling/constraints.hpp>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

using Active = ConstraintSet::ActiveType;
using BoxConstraint = BoxConstraintTpl<Scalar>;
using ProductSet = ConstraintSetProductTpl<Scalar>;
using PolySet = xyz::polymorphic<ConstraintSet>;

/// A point of the ambient space of the set. Most sets exist in every dimension.
VectorXs point_arg(const ConstraintSet &set, const VectorArg &z) {
  Eigen::Index size = -1;
  if (const auto *box = dynamic_cast<const BoxConstraint *>(&set))
    size = box->lower_limit.size();
  if (const auto *product = dynamic_cast<const ProductSet *>(&set)) {
    size = 0;
    for (const Eigen::Index block : product->blockSizes())
      size += block;
  }
  return z.as("z", size);
}

} // namespace

void bind_constraints(nb::module_ &m, nb::module_ &constraints) {
  nb::class_<ConstraintSet>(constraints, "ConstraintSet", "A set that the value z of a constraint function must lie in.")
      .def(
          "evaluate", [](const ConstraintSet &s, const VectorArg &z) { return s.evaluate(point_arg(s, z)); }, "z"_a,
          "Value of the set's penalty at z: 0 for an indicator function.")
      .def(
          "projection",
          [](const ConstraintSet &s, const VectorArg &z) {
            const VectorXs zv = point_arg(s, z);
            VectorXs out = VectorXs::Zero(zv.size());
            s.projection(zv, out);
            return out;
          },
          "z"_a, "Projection of z on the set.")
      .def(
          "projection",
          [](const ConstraintSet &s, const VectorArg &z, nb::object zout) {
            const VectorXs zv = point_arg(s, z);
            VectorXs out = VectorXs::Zero(zv.size());
            s.projection(zv, out);
            write_into(zout, "zout", out);
          },
          "z"_a, "zout"_a, "The same, written into `zout`.")
      .def(
          "normalConeProjection",
          [](const ConstraintSet &s, const VectorArg &z) {
            const VectorXs zv = point_arg(s, z);
            VectorXs out = VectorXs::Zero(zv.size());
            s.normalConeProjection(zv, out);
            return out;
          },
          "z"_a, "Projection of z on the normal cone of the set: z - projection(z).")
      .def(
          "normalConeProjection",
          [](const ConstraintSet &s, const VectorArg &z, nb::object zout) {
            const VectorXs zv = point_arg(s, z);
            VectorXs out = VectorXs::Zero(zv.size());
            s.normalConeProjection(zv, out);
            write_into(zout, "zout", out);
          },
          "z"_a, "zout"_a, "The same, written into `zout`.")
      .def(
          "applyProjectionJacobian",
          [](const ConstraintSet &s, const VectorArg &z, nb::object Jout) {
            const VectorXs zv = point_arg(s, z);
            MatrixXs J = matrix_from_python(Jout, "Jout", zv.size());
            s.applyProjectionJacobian(zv, J);
            write_into(Jout, "Jout", J);
          },
          "z"_a, "Jout"_a, "Multiply Jout (nr rows), in place, by the Jacobian of the projection at z.")
      .def(
          "applyNormalProjectionJacobian",
          [](const ConstraintSet &s, const VectorArg &z, nb::object Jout) {
            const VectorXs zv = point_arg(s, z);
            MatrixXs J = matrix_from_python(Jout, "Jout", zv.size());
            s.applyNormalConeProjectionJacobian(zv, J);
            write_into(Jout, "Jout", J);
          },
          "z"_a, "Jout"_a, "Multiply Jout (nr rows), in place, by the Jacobian of the normal cone projection at z.")
      .def(
          "computeActiveSet",
          [](const ConstraintSet &s, const VectorArg &z, nb::object out) {
            const VectorXs zv = point_arg(s, z);
            Active active = Active::Constant(zv.size(), false);
            s.computeActiveSet(zv, active);
            nb::ndarray<bool, nb::ndim<1>, nb::device::cpu> target;
            if (!nb::try_cast(out, target, false) || Eigen::Index(target.shape(0)) != zv.size())
              raise_value_error("out: expected a bool array of shape ({},) to write into, got {}", zv.size(),
                                describe_shape(out));
            for (Eigen::Index i = 0; i < zv.size(); ++i)
              target.data()[i * target.stride(0)] = active[i];
          },
          "z"_a, "out"_a, "Write into `out` (bool) which rows are active at z.")
      .def(
          "setProxParameter",
          [](const ConstraintSet &s, Scalar mu) {
            if (!(mu > 0))
              raise_value_error("mu: expected a number > 0, got {}", mu);
            s.setProxParameter(mu);
          },
          "mu"_a, "Set the parameter of the Moreau envelope.")
      .def(
          "evaluateMoreauEnvelope",
          [](const ConstraintSet &s, const VectorArg &zin, const VectorArg &zproj) {
            const VectorXs z = point_arg(s, zin);
            return s.evaluateMoreauEnvelope(z, zproj.as("zproj", z.size()));
          },
          "zin"_a, "zproj"_a, "Moreau envelope at zin, given the normal cone projection of zin.")
      .def(
          "computeMoreauEnvelope",
          [](const ConstraintSet &s, const VectorArg &zin, nb::object zprojout) {
            const VectorXs z = point_arg(s, zin);
            VectorXs out = VectorXs::Zero(z.size());
            const Scalar value = s.computeMoreauEnvelope(z, out);
            write_into(zprojout, "zprojout", out);
            return value;
          },
          "zin"_a, "zprojout"_a, "Moreau envelope at zin; the normal cone projection is written into `zprojout`.")
      .def_prop_ro("mu", &ConstraintSet::mu, "Parameter of the Moreau envelope.")
      .def_prop_ro("mu_inv", &ConstraintSet::mu_inv, "Its inverse.")
      .def("__eq__", [](const ConstraintSet &a, nb::handle b) {
        const ConstraintSet *other = nullptr;
        return nb::try_cast(b, other, false) && other == &a;
      });

  using Equality = EqualityConstraintTpl<Scalar>;
  nb::class_<Equality, ConstraintSet> equality(constraints, "EqualityConstraintSet", "z = 0.");
  equality.def(nb::init<>());
  def_copy<Equality>(equality);
  def_reduce(equality, [](nb::handle) { return nb::make_tuple(); });
  register_model<Equality, ConstraintSet>();

  using Orthant = NegativeOrthantTpl<Scalar>;
  nb::class_<Orthant, ConstraintSet> orthant(constraints, "NegativeOrthant", "z <= 0, row by row.");
  orthant.def(nb::init<>());
  def_copy<Orthant>(orthant);
  def_reduce(orthant, [](nb::handle) { return nb::make_tuple(); });
  register_model<Orthant, ConstraintSet>();

  nb::class_<BoxConstraint, ConstraintSet> box(constraints, "BoxConstraint", "lower_limit <= z <= upper_limit, row by row.");
  box.def("__init__",
          [](BoxConstraint *self, const VectorArg &lower_limit, const VectorArg &upper_limit) {
            const VectorXs lo = lower_limit.as("lower_limit"), up = upper_limit.as("upper_limit", lo.size());
            check_bounds(lo, up, "");
            new (self) BoxConstraint(lo, up);
          },
          "lower_limit"_a, "upper_limit"_a);
  def_array<BoxConstraint>(box, "lower_limit", [](BoxConstraint &b) -> VectorXs & { return b.lower_limit; },
                           "Lower bounds, (nr,).");
  def_array<BoxConstraint>(box, "upper_limit", [](BoxConstraint &b) -> VectorXs & { return b.upper_limit; },
                           "Upper bounds, (nr,).");
  def_copy<BoxConstraint>(box);
  def_reduce(box, [](nb::handle self) {
    return nb::make_tuple(self.attr("lower_limit").attr("copy")(), self.attr("upper_limit").attr("copy")());
  });
  register_model<BoxConstraint, ConstraintSet>();

  using L1 = NonsmoothPenaltyL1Tpl<Scalar>;
  nb::class_<L1, ConstraintSet> l1(constraints, "NonsmoothPenaltyL1", "The penalty |z|_1 instead of a set.");
  l1.def(nb::init<>());
  def_copy<L1>(l1);
  register_model<L1, ConstraintSet>();

  nb::class_<ProductSet, ConstraintSet>(constraints, "ConstraintSetProduct",
                                        "Product of sets: each applies to one block of rows of z.")
      .def("__init__",
           [](ProductSet *self, const std::vector<PolySet> &components, const std::vector<Eigen::Index> &blockSizes) {
             for (size_t i = 0; i < blockSizes.size(); ++i)
               if (blockSizes[i] < 0)
                 raise_value_error("blockSizes[{}]: expected a size >= 0, got {}", i, blockSizes[i]);
             for (size_t i = 0; i < std::min(components.size(), blockSizes.size()); ++i)
               if (const auto *b = dynamic_cast<const BoxConstraint *>(&*components[i]))
                 check_equal(b->lower_limit.size(), blockSizes[i], "blockSizes: size of a BoxConstraint's block");
             new (self) ProductSet(components, blockSizes);
           },
           "components"_a, "blockSizes"_a)
      .def_prop_ro(
          "components",
          [](nb::pointer_and_handle<ProductSet> self) {
            ProductSet *product = self.p;
            const auto check = [product](size_t i, const ConstraintSet *set) {
              check_set(*set, int(product->blockSizes()[i]), "component");
            };
            return models<StdVec_ConstraintObject>(
                self.h, const_cast<std::vector<PolySet> &>(product->components()), false, check);
          },
          "The sets.")
      .def_prop_ro(
          "blockSizes",
          [](nb::pointer_and_handle<ProductSet> s) { return values<StdVec_long>(s.h, s.p->blockSizes()); },
          "Number of rows of each set.");
  register_model<ProductSet, ConstraintSet>();

  using Stack = context::ConstraintStack;
  nb::class_<Stack>(m, "ConstraintStack", "The constraints of a stage or of the terminal state.")
      .def_prop_ro(
          "funcs",
          [](nb::pointer_and_handle<Stack> self) {
            Stack *stack = self.p;
            const auto check = [stack](size_t i, const StageFunction *f) {
              check_not_being_solved(*stack);
              check_same_sizes(*f, *stack->funcs[i], "func");
            };
            return models<StdVec_StageFunction>(self.h, stack->funcs, false, check);
          },
          "The constraint functions.")
      .def_prop_ro(
          "sets",
          [](nb::pointer_and_handle<Stack> self) {
            Stack *stack = self.p;
            const auto check = [stack](size_t i, const ConstraintSet *set) {
              check_not_being_solved(*stack);
              check_set(*set, stack->funcs[i]->nr, "cstr_set");
            };
            return models<StdVec_ConstraintObject>(self.h, stack->sets, false, check);
          },
          "The sets that the functions' values must lie in.")
      .def_prop_ro("dims", [](nb::pointer_and_handle<Stack> s) { return values<StdVec_long>(s.h, s.p->dims()); },
                   "Number of rows of each.")
      .def_prop_ro("total_dim", &Stack::totalDim, "Total number of rows.")
      .def_prop_ro("size", &Stack::size, "Number of constraints.")
      .def("__len__", &Stack::size)
      .def("pushBack", [](Stack &s, const xyz::polymorphic<StageFunction> &func, const PolySet &cstr_set) {
             check_not_being_solved(s);
             check_set(*cstr_set, func->nr, "cstr_set");
             s.pushBack(func, cstr_set);
           }, "func"_a, "cstr_set"_a, "Add a constraint.");
}

} // namespace aligator::python
