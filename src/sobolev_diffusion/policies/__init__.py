"""Policies learnt from demonstrations. Nothing in here imports aligator or pinocchio."""

from sobolev_diffusion.policies import diffusion, mlp  # they register themselves by kind

__all__ = ["diffusion", "mlp"]
