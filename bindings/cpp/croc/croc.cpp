/// Crocoddyl's problems as Aligator's, with the library's own conversion (libaligator_croc_compat).
#include "shared_tables.hpp"

#include <aligator/compat/crocoddyl/action-model-wrap.hpp>
#include <aligator/compat/crocoddyl/cost-wrap.hpp>
#include <aligator/compat/crocoddyl/problem-wrap.hpp>
#include <boost/python/errors.hpp>
#include <boost/python/extract.hpp>
#include <boost/python/object.hpp>
#include <boost/python/wrapper.hpp>

namespace nanobind::detail {

/// Objects of Crocoddyl's own Python module, which is made with Boost.Python.
template <class T> struct crocoddyl_caster {
  using Pointer = std::shared_ptr<T>;
  NB_TYPE_CASTER(Pointer, const_name("typing.Any"))

  bool from_python(handle src, uint32_t, cleanup_list *) noexcept {
    try {
      boost::python::extract<Pointer> extractor(src.ptr());
      if (src.is_none() || !extractor.check())
        return false;
      value = extractor();
      return value != nullptr;
    } catch (...) {
      PyErr_Clear();
      return false;
    }
  }
  static handle from_cpp(const Pointer &object, rv_policy, cleanup_list *) noexcept {
    try {
      return boost::python::incref(boost::python::object(object).ptr());
    } catch (...) {
      if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "Crocoddyl's Python module cannot represent this object");
      return handle();
    }
  }
};

#define CROCODDYL_OBJECT(Type)                                                                                        \
  template <> struct type_caster<std::shared_ptr<crocoddyl::Type<double>>> : crocoddyl_caster<crocoddyl::Type<double>> {}
CROCODDYL_OBJECT(ShootingProblemTpl);
CROCODDYL_OBJECT(ActionModelAbstractTpl);
CROCODDYL_OBJECT(ActionDataAbstractTpl);
CROCODDYL_OBJECT(StateAbstractTpl);
#undef CROCODDYL_OBJECT

} // namespace nanobind::detail

namespace aligator::python {

namespace {

namespace croc = compat::croc;
using croc::context::ActionDataWrapper;
using croc::context::ActionModelWrapper;
using croc::context::CostModelWrapper;
using croc::context::CrocActionData;
using croc::context::CrocActionModel;
using croc::context::CrocShootingProblem;
using croc::context::DynamicsDataWrapper;
using croc::context::StateWrapper;

template <class T, class Base> xyz::polymorphic<Base> clone_as(const Base &object) {
  return xyz::polymorphic<Base>(static_cast<const T &>(object));
}

/// Whether data are of the type that this class of action models makes. Classes of Python have what data they like, and
/// read them as Python does. Crocoddyl's own checkData() says no for most classes.
bool fits(CrocActionModel &action, const CrocActionData &data) {
  if (dynamic_cast<const boost::python::detail::wrapper_base *>(&action))
    return true;
  static std::unordered_map<std::type_index, std::type_index> known;
  auto entry = known.find(typeid(action));
  if (entry == known.end()) {
    const auto made = action.createData();
    entry = known.emplace(typeid(action), typeid(*made)).first;
  }
  return entry->second == typeid(data);
}

void add_to(const SharedTables &tables) {
  tables.stages->emplace(typeid(ActionModelWrapper), clone_as<ActionModelWrapper, StageModel>);
  tables.spaces->emplace(typeid(StateWrapper), clone_as<StateWrapper, Manifold>);
  tables.costs->emplace(typeid(CostModelWrapper), clone_as<CostModelWrapper, CostAbstract>);
  // Action models may be classes of Python, which Crocoddyl calls as if it had the interpreter lock.
  tables.keep_the_lock->emplace(typeid(ActionModelWrapper));
  tables.stage_data_checks->emplace(typeid(ActionModelWrapper), [](const StageModel &model, const StageData &data) {
    const auto &given = static_cast<const ActionDataWrapper &>(data).croc_action_data;
    if (!fits(*static_cast<const ActionModelWrapper &>(model).action_model_, *given))
      throw nb::type_error("data: made for an action model of another class; use the stage's createData()");
  });
}

} // namespace

NB_MODULE(_croc, m) {
  nb::set_leak_warnings(false);
  const nb::module_ core = nb::module_::import_("aligator._aligator");
  nb::module_::import_("crocoddyl");
  nb::register_exception_translator([](const std::exception_ptr &exception, void *) {
    try {
      std::rethrow_exception(exception);
    } catch (const boost::python::error_already_set &) {
      // Python's error, of an action model in Python, is set.
    }
  });
  add_to(*static_cast<const SharedTables *>(nb::cast<nb::capsule>(core.attr(SHARED_TABLES)).data()));

  m.def(
      "convertCrocoddylProblem",
      [](const std::shared_ptr<CrocShootingProblem> &croc_problem) {
        if (croc_problem->get_T() == 0)
          throw nb::value_error("croc_problem: it has no running models");
        return croc::convertCrocoddylProblem<Scalar>(croc_problem);
      },
      "croc_problem"_a, "Convert a Crocoddyl problem (crocoddyl.ShootingProblem) to one of Aligator, which shares its models.");

  nb::class_<ActionModelWrapper, StageModel>(m, "ActionModelWrapper", "A stage made of a Crocoddyl action model.")
      .def(nb::init<std::shared_ptr<CrocActionModel>>(), "action_model"_a)
      .def_ro("action_model", &ActionModelWrapper::action_model_, "The action model.");

  nb::class_<ActionDataWrapper, StageData>(m, "ActionDataWrapper", "Data of a stage made of a Crocoddyl action model.")
      .def(nb::init<const ActionModelWrapper &>(), "croc_action_model"_a)
      .def_ro("croc_action_data", &ActionDataWrapper::croc_action_data, "The data of the action model.");

  nb::class_<DynamicsDataWrapper, ExplicitDynamicsData>(m, "DynamicsDataWrapper", "Next state of a Crocoddyl action model.")
      .def("__init__",
           [](DynamicsDataWrapper *self, const std::shared_ptr<CrocActionModel> &action_model) {
             new (self) DynamicsDataWrapper(*action_model);
           },
           "action_model"_a);

  nb::class_<StateWrapper, Manifold>(m, "StateWrapper", "A state space of Crocoddyl.")
      .def(nb::init<const std::shared_ptr<crocoddyl::StateAbstractTpl<Scalar>> &>(), "state"_a)
      .def_ro("croc_state", &StateWrapper::croc_state, "The state space.");
}

} // namespace aligator::python
