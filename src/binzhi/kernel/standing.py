"""How high a guest is received, by whatever name a hotel has for it."""

from __future__ import annotations

HIGHEST, SHORT = 3, 2
# The levels that come with the house; of any other the rank must be told, or it counts as one in the middle.
_SHIPPED = {"IP": 1, "VIP": 2, "VVIP": 3}
_MIDDLE = 2
_NAMES = {place: name for name, place in _SHIPPED.items()}


class Standing(int):
    """0 for an ordinary guest, else 1 to 3 as a badge shows it; `name` is what the house calls it."""

    name: str

    def __new__(cls, shade: int, name: str) -> Standing:
        made = super().__new__(cls, shade)
        made.name = name
        return made


def standing(code: str, rank: int = 0) -> Standing:
    """Of a level by its code and, where it is known, its place in the hotel's order (1 is the lowest)."""
    name = code.upper()
    if not name:
        return Standing(0, "")
    return Standing(min(rank, HIGHEST) if rank > 0 else _SHIPPED.get(name, _MIDDLE), name)


def name_of(level: int) -> str:
    """What the house calls it; of a bare number, what the shipped levels are called."""
    return level.name if isinstance(level, Standing) else _NAMES.get(level, "VIP")


def short_of(level: int) -> str:
    """What fits a tile: a short name such as V2 or VA as it is, a longer one by its place."""
    name = name_of(level)
    return name if len(name) <= SHORT else f"V{int(level)}"
