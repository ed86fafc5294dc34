"""Policies in use: rollouts (Algorithm 2), refining by the solver, evaluation and timing."""
