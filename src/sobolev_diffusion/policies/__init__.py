"""Policies learnt from demonstrations. Nothing in here imports aligator or pinocchio."""
