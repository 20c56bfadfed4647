"""What a comparison weighs (Fellegi and Sunter): log2 of how much oftener it comes out so for one person than for two.

m: how often a level comes out between two files of one person, u: between the files of two people. Names are weighed by
how common they are: two 王伟 say little, two 欧阳娜娜 much. The more files there are, the more must agree: the prior is
that one file in twenty has a twin somewhere among all others.
The numbers are judgements, tried on made-up data and held against another made-up set (decision record 0011); a hotel
with decided pairs of its own may count better ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log2

from binzhi.guests.duplicates.comparing import Features, compare

HAVE_A_TWIN = 0.05
FEWEST_FILES = 1000
SUGGESTED = 0.0
SURE = 10.0

# (m, u); a u of None depends: on how common the name is, or on how many others share a phone or a mailbox.
_TABLE: dict[str, dict[str, tuple[float, float | None]]] = {
    "name": {
        "same": (0.70, None), "sounds_same": (0.25, None), "same_in_letters": (0.25, None), "turned": (0.25, None),
        "one_letter": (0.06, 0.0003), "longer": (0.02, 0.0003), "given": (0.015, 0.002), "part": (0.003, 0.01),
        "surname": (0.003, 0.05), "differs": (0.004, 0.94),
    },
    "birth": {
        "same": (0.93, 0.00006), "one_digit": (0.045, 0.0015), "differs": (0.024, 0.5), "generation": (0.001, 0.5),
    },
    "phone": {"same": (0.62, None), "one_digit": (0.05, 0.000001), "tail": (0.01, 0.0001), "differs": (0.32, 1.0)},
    "document": {"same": (0.9, 0.00000001), "differs": (0.095, 1.0), "other_card": (0.0001, 1.0)},
    "email": {"same": (0.75, None), "one_letter": (0.05, 0.00001), "differs": (0.2, 1.0)},
    "member": {"same": (0.95, 0.00000001), "differs": (0.05, 1.0)},
    "sex": {"same": (0.99, 0.5), "differs": (0.01, 0.5)},
    "company": {"same": (0.7, 0.01), "differs": (0.3, 0.99)},
    "nationality": {"same": (0.98, 0.9), "differs": (0.02, 0.1)},
}  # fmt: skip
# Strangers with whom one shares it, on the average.
_SHARED_WITH = {"phone": 0.15, "email": 0.05}
# Levels of the name that a chance meeting reaches as often as the name is common. Heard or turned names are reached
# by a few other names too.
_AS_COMMON = {"same": 1.0, "sounds_same": 2.0, "same_in_letters": 1.5, "turned": 1.2}
_RAREST = 0.000005
# Twins share surname, birthday, phone and company, father and son name, phone and company: with such a difference, or
# with nothing but a common name, a pair is for people to decide.
_NEVER_SURE = {
    "name": {"one_letter", "part", "surname", "differs", "given"},
    "birth": {"differs", "generation"}, "sex": {"differs"},
    "document": {"other_card"}, "phone": {"one_digit"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weighed:
    """`bits`: the evidence with the prior; above 0 it is likelier than not. `reasons`: (field, level, bits) each."""

    bits: float
    reasons: tuple[tuple[str, str, float], ...]

    def level(self, field: str) -> str:
        return next((level for name, level, _bits in self.reasons if name == field), "")

    @property
    def is_sure(self) -> bool:
        never = any(level in _NEVER_SURE.get(field, ()) for field, level, _bits in self.reasons)
        return self.bits >= SURE and not never

    @property
    def is_likely(self) -> bool:
        return self.bits >= SUGGESTED


def weigh(one: Features, other: Features, *, files: int, near_phone: bool = False) -> Weighed:
    """All comparisons of two out of so many files, the heaviest first."""
    levels = compare(one, other, near_phone=near_phone)
    share = max(one.share, other.share)
    reasons = [(field, level, _bits(field, level, share, files)) for field, level in levels.items()]
    total = prior(files) + sum(bits for _field, _level, bits in reasons) + _together(levels)
    return Weighed(round(total, 2), tuple(sorted(reasons, key=lambda reason: -abs(reason[2]))))


@lru_cache(maxsize=2000)
def _bits(field: str, level: str, share: float, files: int) -> float:
    m, u = _TABLE[field][level]
    if u is None:
        if field == "name":
            return round(name_bits(level, share), 2)
        u = _SHARED_WITH[field] / max(files, FEWEST_FILES)
    return round(log2(m / u), 2)


def name_bits(level: str, share: float) -> float:
    """What a name says that is so common."""
    return log2(_TABLE["name"][level][0] / min(max(share, _RAREST) * _AS_COMMON[level], 0.5))


def prior(files: int) -> float:
    """What two of so many files are before anything is compared."""
    return log2(HAVE_A_TWIN / max(files, FEWEST_FILES))


def best(field: str, *levels: str) -> float:
    """The most that one of these levels says, where it does not depend on how common something is."""
    return max(log2(m / u) for m, u in (_TABLE[field][level] for level in levels) if u is not None)


def _together(levels: dict[str, str]) -> float:
    """What does not add up field by field: families share a phone, a mailbox and a company, twins the birthday too."""
    if levels.get("name") not in ("part", "surname", "differs", "given"):
        # Father and son of one name; the birthday tells them apart, the phone does not join them.
        return -8.0 if levels.get("birth") == "generation" and levels.get("phone") == "same" else 0.0
    if levels["name"] == "given" and levels.get("birth") == "same":
        # A surname taken in marriage.
        return 0.0
    shared = sum(levels.get(field) == "same" for field in ("phone", "email", "company", "birth"))
    return -8.0 * shared
