"""How a guest wants to be called, and words to think about twice: the parts of the file that know register here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """What the file says of meeting somebody: `called` instead of surname and title, how it is said, never how."""

    called: str = ""
    said: str = ""
    not_called: str = ""
    languages: str = ""


Knowledge = Callable[[int, Sequence[int]], Mapping[int, Known]]
Cautions = Callable[[str], Sequence[str]]

_knowledge: list[Knowledge] = []
_cautions: list[Cautions] = []


def register_knowledge(knowledge: Knowledge) -> None:
    """`knowledge(group_id, guest_ids)`; from AppConfig.ready. The last one counts."""
    _knowledge[:] = [knowledge]


def register_cautions(cautions: Cautions) -> None:
    """`cautions(text)`: sentences about words that a note should not hold. The last one counts."""
    _cautions[:] = [cautions]


def known_of(group_id: int, guest_ids: Sequence[int]) -> Mapping[int, Known]:
    return _knowledge[0](group_id, guest_ids) if _knowledge and guest_ids else {}


def cautions_of(text: str) -> list[str]:
    return list(_cautions[0](text)) if _cautions and text else []
