"""What callers hand in and get back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A visit to be proposed. Without times they are taken from the reservation and the hotel's hours.

    `title` is how the guest is addressed (王先生); without it the reservation's name.
    """

    guest_id: int | None = None
    room_reservation_id: int | None = None
    title: str = ""
    arrival_at: datetime | None = None
    departure_at: datetime | None = None
    party_size: int = 1
    host_department: str = ""
    needs: str = ""
    cautions: str = ""


@dataclass(frozen=True, slots=True)
class VisitDetails:
    """What may be written anew while the visit is on."""

    title: str
    party_size: int = 1
    needs: str = ""
    cautions: str = ""


@dataclass(frozen=True, slots=True)
class VisitRef:
    """A visit and the version its next change must know."""

    visit_id: int
    version: int
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class AgreedTask:
    """A decision of a meeting: what which department does until when."""

    department: str
    text: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class MeetingInput:
    minutes: str
    attendees: str
    held_at: datetime
    decisions: tuple[AgreedTask, ...] = ()
