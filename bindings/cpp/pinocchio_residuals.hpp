/// What residuals made from a Pinocchio model have in common on the Python side.
#pragma once

#include "checks.hpp"
#include "pinocchio_objects.hpp"
#include "polymorphic.hpp"

namespace aligator::python {

using context::PinModel;

/// Residuals write a Jacobian of `columns` columns into one of ndx columns.
inline void check_tangent_dimension(int ndx, int columns, const char *formula) {
  if (ndx < columns)
    raise_value_error("ndx: expected at least {} = {}, got {}", formula, columns, ndx);
}

inline pinocchio::FrameIndex frame_arg(const PinModel &model, long id, const char *name = "id") {
  if (id < 0 || size_t(id) >= model.frames.size())
    raise_value_error("{}: expected a frame index below {} (the model's number of frames), got {}", name,
                      model.frames.size(), id);
  return pinocchio::FrameIndex(id);
}

/// Size of the state that a residual of positions only, or of positions and velocities, reads.
void register_state_size(const std::type_info &type, int (*size)(const StageFunction &));

template <class Residual, class... Bases> void register_pinocchio_residual(bool reads_velocities) {
  register_model<Residual, Bases...>();
  if (reads_velocities)
    register_state_size(typeid(Residual), [](const StageFunction &f) {
      const PinModel &model = static_cast<const Residual &>(f).pin_model_;
      return model.nq + model.nv;
    });
  else
    register_state_size(typeid(Residual),
                        [](const StageFunction &f) { return static_cast<const Residual &>(f).pin_model_.nq; });
}

template <class Residual, class Class> void def_pin_model(Class &cls) {
  cls.def_prop_ro("pin_model", [](const Residual &f) -> const PinModel & { return f.pin_model_; },
                  nb::rv_policy::reference_internal, "The Pinocchio model.");
}

template <class Residual, class Class> void def_frame_id(Class &cls, const char *doc = "Index of the frame.") {
  cls.def_prop_rw(
      "frame_id", [](const Residual &f) { return f.getFrameId(); },
      [](Residual &f, long id) { f.setFrameId(frame_arg(f.pin_model_, id, "frame_id")); }, doc);
}

/// Pinocchio's data inside `Data`, which can be exchanged for those of the same model.
template <class Data, class Class> void def_pin_data(Class &cls) {
  cls.def_prop_rw(
      "pin_data", [](const Data &d) -> const context::PinData & { return d.pin_data_; },
      [](Data &d, const context::PinData &data) {
        const auto sizes = [](const context::PinData &p) {
          // The last: of contacts, for which data are prepared by pinocchio.initConstraintDynamics().
          return std::array<long, 4>{long(p.nle.size()), long(p.oMi.size()), long(p.oMf.size()), long(p.lambda_c.size())};
        };
        if (sizes(data) != sizes(d.pin_data_))
          raise_value_error("pin_data: made for another model, or not prepared for its contacts");
        d.pin_data_ = data;
      },
      "Pinocchio's data.");
}

template <class Data> nb::class_<Data, StageFunctionData> bind_pinocchio_data(nb::module_ &m, const char *name) {
  return nb::class_<Data, StageFunctionData>(m, name, "Data of the residual of the same name.")
      .def_prop_ro("pin_data", [](const Data &d) -> const context::PinData & { return d.pin_data_; },
                   nb::rv_policy::reference_internal, "Pinocchio's data.");
}

} // namespace aligator::python
