"""The maps from names to costs, or to their data, that the library has as unordered maps."""

from collections.abc import Iterator


class map_indexing_suite_CostMap_entry(tuple):
    """An entry of a map, (key, value): what iterating over the map gives."""

    __slots__ = ()

    def key(self):
        return self[0]

    def data(self):
        return self[1]


class CostMap:
    """The components of a CostStack, (cost, weight) by name, or their data.

    What is assigned or removed is so in the stack itself. Iterating gives entries that unpack into key and value, as in
    the official module; keys(), values() and items() are those of a dictionary.
    """

    __hash__ = None

    def __init__(self, items=()):
        self._entries = dict(items.items() if isinstance(items, CostMap) else items)

    @classmethod
    def _of(cls, entries):
        self = cls.__new__(cls)
        self._entries = entries
        return self

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key) -> bool:
        return key in self._entries

    def __getitem__(self, key):
        if key not in self._entries:
            raise KeyError(f"Key {key} not found.")
        return self._entries[key]

    def __setitem__(self, key, value) -> None:
        self._entries[key] = value

    def __delitem__(self, key) -> None:
        if key not in self._entries:
            raise KeyError(f"Key {key} not found.")
        del self._entries[key]

    def __iter__(self) -> Iterator[map_indexing_suite_CostMap_entry]:
        return (map_indexing_suite_CostMap_entry(item) for item in self.items())

    def keys(self) -> list:
        return list(self._entries.keys())

    def values(self) -> list:
        return [self._entries[key] for key in self.keys()]

    def items(self) -> list:
        return [(key, self._entries[key]) for key in self.keys()]

    def get(self, key, default=None):
        if key in self._entries:
            return self._entries[key]
        return default

    def todict(self) -> dict:
        return dict(self.items())

    def __eq__(self, other):
        return self.todict() == dict(other.items()) if hasattr(other, "items") else NotImplemented

    def __repr__(self) -> str:
        return f"CostMap({self.todict()!r})"
