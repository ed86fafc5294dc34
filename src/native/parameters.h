// A network's parameters in Python, a dict of arrays by PyTorch's names, to and from the flat vector of weights.
#pragma once

#include <map>
#include <string>

#include "arguments.h"
#include "layout.h"

namespace sobolev {

class Parameters {
  public:
    explicit Parameters(nb::handle parameters);

    ParameterShapes shapes() const;
    // The layout has found all that it knows: is there another one?
    void check_names(const Layout &layout) const;
    void pack(const Layout &layout, float *weights) const;

  private:
    std::map<std::string, Input> arrays_;
};

// The arrays to write into. All is checked before anything is written.
class WrittenParameters {
  public:
    WrittenParameters(nb::handle parameters, const Layout &layout);
    void unpack(const Layout &layout, const float *weights); // needs no GIL

  private:
    std::map<std::string, Output> arrays_;
};

} // namespace sobolev
