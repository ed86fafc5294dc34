"""Whether what a class does may be done for its objects in another way: no subclass does it differently."""

from __future__ import annotations


def inherits(thing: object, cls: type, *methods: str) -> bool:
    """Whether these methods of an object are those that the class has: neither a class derived from it nor
    the object itself has others."""
    kind = type(thing)
    return isinstance(thing, cls) and all(
        getattr(kind, name) is getattr(cls, name) and name not in vars(thing) for name in methods
    )
