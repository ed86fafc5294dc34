"""What the official module takes over from eigenpy, with which it is made."""

from eigenpy import boost_type_index, seed, std_type_index

__all__ = ["boost_type_index", "seed", "sharedMemory", "std_type_index"]


def sharedMemory(value: bool = True) -> bool:
    """Whether arrays share the memory of the objects that they belong to: always, in this module."""
    if not value:
        raise ValueError("sharedMemory: arrays of this module always share memory; copy those to keep")
    return True
