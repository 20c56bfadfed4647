"""How sure the house is of a preference, from its evidence; and when that is enough. Plain values, no database.

Each piece counts for or against; the share of what counts for it, with four counts of doubt to begin with (one for,
three against), is the confidence. Once seen 50, three times 70, said by the guest 85; pleased raises it, not wanted
again takes it away. Who sees the same thing again in the same stay adds little: it is the same night's pillow. Of the
guest's own words the last counts alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from binzhi.guests.learning import EvidenceKind

FOR_BEFORE, AGAINST_BEFORE = 1.0, 3.0
_FOR = {
    EvidenceKind.SEEN: 2.0, EvidenceKind.INFERRED: 1.0, EvidenceKind.SAID: 16.0, EvidenceKind.CONFIRMED: 6.0,
    EvidenceKind.PLEASED: 4.0,
}  # fmt: skip
_AGAINST = {EvidenceKind.DENIED: 40.0, EvidenceKind.UNWANTED: 40.0, EvidenceKind.UNNOTICED: 0.7}
_AGAIN_BY_THE_SAME = 0.5
_SIGHTINGS = (EvidenceKind.SEEN, EvidenceKind.INFERRED)
_OWN_WORDS = (EvidenceKind.SAID, EvidenceKind.DENIED, EvidenceKind.UNWANTED)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: what it is, in which stay, by whom; `observation_id` ties a taking back to it."""

    kind: EvidenceKind
    stay_id: int | None = None
    user_id: int | None = None
    observation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Enough:
    """How much a hotel wants to have seen before it takes something for a habit."""

    sightings: int = 3
    stays: int = 2
    people: int = 2


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the evidence comes to: `confidence` in per cent, what was seen how often, on how many stays, by how many."""

    confidence: int
    sightings: int
    stays: int
    people: int
    said: bool
    confirmed: bool
    pleased: int

    def is_enough(self, rule: Enough) -> bool:
        return self.sightings >= rule.sightings and self.stays >= rule.stays and self.people >= rule.people


def weigh(pieces: Iterable[Piece]) -> Weighed:
    """All of it in the order in which it came."""
    given = list(pieces)
    gone = {one.observation_id for one in given if one.kind == EvidenceKind.TAKEN_BACK}
    counted = [
        one
        for one in given
        if one.kind != EvidenceKind.TAKEN_BACK and (one.observation_id is None or one.observation_id not in gone)
    ]
    said = [one for one in counted if one.kind in _OWN_WORDS]
    counted = [one for one in counted if one.kind not in _OWN_WORDS or one is said[-1]]
    good, bad = FOR_BEFORE, AGAINST_BEFORE
    seen: set[tuple[int | None, int | None]] = set()
    for one in counted:
        share = 1.0
        if one.kind in _SIGHTINGS:
            share = _AGAIN_BY_THE_SAME if (one.stay_id, one.user_id) in seen else 1.0
            seen.add((one.stay_id, one.user_id))
        good += share * _FOR.get(one.kind, 0.0)
        bad += _AGAINST.get(one.kind, 0.0)
    # Only what was seen is counted towards a habit: suppositions repeated are suppositions.
    sightings = [one for one in counted if one.kind == EvidenceKind.SEEN]
    return Weighed(
        confidence=round(100 * good / (good + bad)) if counted else 0,
        sightings=len(sightings),
        stays=len({one.stay_id for one in sightings if one.stay_id is not None}),
        people=len({one.user_id for one in sightings}),
        said=any(one.kind == EvidenceKind.SAID for one in counted),
        confirmed=any(one.kind == EvidenceKind.CONFIRMED for one in counted),
        pleased=sum(one.kind == EvidenceKind.PLEASED for one in counted),
    )
