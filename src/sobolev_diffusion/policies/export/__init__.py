"""A trained policy taken out of this library: as C++ source, or as an ONNX graph."""
