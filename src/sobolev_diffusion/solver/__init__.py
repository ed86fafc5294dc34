"""Trajectory optimisation: one run of the solver, its gains, and sets of runs to learn from."""
