"""Helpers around the solvers; plots are in `aligator.utils.plotting` (which needs matplotlib)."""
