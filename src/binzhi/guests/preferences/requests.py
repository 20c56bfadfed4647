"""What callers hand in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from binzhi.guests.learning import Kind
from binzhi.guests.preferences.catalogue import OWN


class Heard(StrEnum):
    """What the guest says of a preference."""

    YES = "yes"
    NO = "no"
    NOT_AGAIN = "not_again"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NewPreference:
    """A preference written into the file by hand: of the catalogue, or in `text`."""

    guest_id: int
    wish: str = OWN
    value: str = ""
    text: str = ""
    never: bool = False
    kind: Kind = Kind.LIKING
    department: str = "housekeeping"


@dataclass(frozen=True, slots=True)
class DoneTask:
    """A task of a protocol that was done for a stay, as the context above tells it."""

    stay_id: int
    task_id: int
    key: str
    staff_id: int | None
    at: datetime
