"""Leave, sickness, business elsewhere, training: why somebody on the roster is not at work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.people.access import Permission
from binzhi.people.enums import AbsenceKind
from binzhi.people.errors import AbsenceEnded
from binzhi.people.events import AbsenceNoted, AbsenceOver

LONGEST = timedelta(days=400)
NOTE_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceInput:
    """From when until when, and why. The note is for the planner; it goes into no log and no event."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    note: str = ""


_NOTE = """
INSERT INTO people_absence (hotel_id, staff_id, kind, starts_at, ends_at, note)
SELECT s.hotel_id, s.id, %(kind)s, %(starts)s, %(ends)s, %(note)s FROM people_staff s
WHERE s.hotel_id = %(hotel)s AND s.id = %(staff)s
RETURNING id
"""


@operation(Permission.PLAN_DUTY)
def note_absence(*, hotel_id: int, staff_id: int, absence: AbsenceInput, actor: Actor, now: datetime) -> int:
    """Somebody is away: the roster stays as planned, but nobody counts on him for that while. The absence's id.

    Adds an absence. Locks nothing. Raises NotFound, InvalidInput at the field. Publishes AbsenceNoted. Not idempotent.
    """
    if absence.kind not in AbsenceKind.values:
        raise InvalidInput(field="kind")
    if absence.ends_at <= absence.starts_at:
        raise InvalidInput(field="ends_at", message=_("It must end after it starts."))
    if absence.ends_at - absence.starts_at > LONGEST:
        raise InvalidInput(field="ends_at", message=_("At most %(days)s days at once."), days=LONGEST.days)
    note = clean_text(absence.note, field="note", limit=NOTE_LIMIT)
    absence_id: int | None = db.fetch_value(
        _NOTE,
        {
            "kind": absence.kind, "starts": absence.starts_at, "ends": absence.ends_at, "note": note,
            "hotel": hotel_id, "staff": staff_id,
        },
    )  # fmt: skip
    if absence_id is None:
        raise NotFound
    record(
        "absence.noted", subject="staff", subject_id=staff_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"id": absence_id, "starts_at": absence.starts_at, "ends_at": absence.ends_at},
        event=AbsenceNoted(hotel_id=hotel_id, staff_id=staff_id, absence_id=absence_id),
    )  # fmt: skip
    return absence_id


_ABSENCE = "SELECT staff_id, starts_at, ends_at FROM people_absence WHERE hotel_id = %s AND id = %s FOR UPDATE"


@operation(Permission.PLAN_DUTY)
def end_absence(*, hotel_id: int, absence_id: int, actor: Actor, now: datetime) -> None:
    """Somebody is back at work from now on; an absence that has not begun is called off.

    Locks the absence. Raises NotFound, AbsenceEnded. Publishes AbsenceOver.
    """
    found = db.fetch_one(_ABSENCE, [hotel_id, absence_id])
    if found is None:
        raise NotFound
    if found["ends_at"] <= now:
        raise AbsenceEnded
    if found["starts_at"] >= now:
        db.execute("DELETE FROM people_absence WHERE id = %s", [absence_id])
    else:
        db.execute("UPDATE people_absence SET ends_at = %s WHERE id = %s", [now, absence_id])
    record(
        "absence.ended", subject="staff", subject_id=found["staff_id"], hotel_id=hotel_id, actor=actor, now=now,
        before={"id": absence_id, "starts_at": found["starts_at"], "ends_at": found["ends_at"]},
        event=AbsenceOver(hotel_id=hotel_id, staff_id=found["staff_id"], absence_id=absence_id),
    )  # fmt: skip
