"""Warm-start trajectory optimisation with Sobolev-trained diffusion policies."""

__version__ = "0.1.0"
