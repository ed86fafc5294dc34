"""Which class an object has its methods from: whether they may be done in another way, or be trusted."""

from __future__ import annotations


def inherits(thing: object, cls: type, *methods: str) -> bool:
    """Whether these methods of an object are those that the class has: neither a class derived from it nor
    the object itself has others."""
    kind = type(thing)
    return isinstance(thing, cls) and all(
        getattr(kind, name) is getattr(cls, name) and name not in vars(thing) for name in methods
    )


def as_new_as(thing: object, name: str, other: str) -> bool:
    """Whether an object has an attribute from the class that it has another one from, or from one derived
    from that: what an older class says knows nothing of what a newer one does."""
    return issubclass(owner_of(thing, name), owner_of(thing, other))


def owner_of(thing: object, name: str) -> type:
    """The class that an object has an attribute from."""
    return next(cls for cls in type(thing).__mro__ if name in cls.__dict__)
