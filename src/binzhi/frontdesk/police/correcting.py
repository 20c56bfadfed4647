"""What the police were told of somebody in the house does not hold any more: a correction that names its receipt.

Compared is what was told last with what file and registration say now; what was never told needs no correction, nor
what the police sent back: both are told as things stand when they go out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import ReportSettled
from binzhi.frontdesk.events import PoliceReportCorrected
from binzhi.frontdesk.police import telling
from binzhi.frontdesk.police.enums import ReportState
from binzhi.frontdesk.police.queueing import COLUMNS, IS_FOREIGN
from binzhi.guests.events import DocumentAdded, GuestChanged, GuestsMerged
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.follower import Seen, follow
from binzhi.kernel.operations import operation, record

WATCH = Actor.system("police reports")
FOLLOWER = "frontdesk.police"
TOPICS = frozenset({GuestChanged.topic, DocumentAdded.topic, GuestsMerged.topic})
# The last that was said of who somebody is, as long as nobody said that he left.
_TOLD = """
SELECT a.id, a.content_sealed FROM frontdesk_policereport a
JOIN frontdesk_registration x ON x.id = a.registration_id AND x.left_at IS NULL
JOIN frontdesk_policelink l ON l.hotel_id = a.hotel_id AND l.is_on
WHERE a.hotel_id = %(hotel)s AND a.registration_id = %(registration)s AND a.kind IN ('in', 'fix')
  AND a.state <> 'withdrawn' AND NOT EXISTS (
      SELECT FROM frontdesk_policereport o WHERE o.registration_id = a.registration_id AND o.id > a.id
      AND o.state <> 'withdrawn' AND (o.kind IN ('in', 'fix', 'out', 'void'))
  ) AND a.state <> 'refused' AND a.content_sealed IS NOT NULL
"""
# Once for what was told: whoever finds the same difference at the same time adds nothing.
_CORRECT = f"""
INSERT INTO frontdesk_policereport ({COLUMNS})
SELECT a.hotel_id, 'fix', a.room_reservation_id, a.registration_id, x.guest_id, coalesce(s.room_id, a.room_id),
    coalesce(a.about_id, a.id), {IS_FOREIGN}, 'fix:' || a.registration_id || ':' || a.id, gen_random_uuid(), 'waiting',
    %(now)s, %(now)s, %(now)s + make_interval(mins => l.alarm_minutes),
    %(now)s + make_interval(mins => CASE WHEN {IS_FOREIGN} THEN l.foreign_minutes ELSE l.limit_minutes END)
FROM frontdesk_policereport a
JOIN frontdesk_registration x ON x.id = a.registration_id
JOIN reservations_roomreservation s ON s.id = a.room_reservation_id
JOIN frontdesk_policelink l ON l.hotel_id = a.hotel_id
LEFT JOIN guests_guest g ON g.id = x.guest_id LEFT JOIN guests_guestdocument d ON d.id = x.document_id
WHERE a.id = %(told)s
ON CONFLICT (hotel_id, source) DO NOTHING RETURNING id
"""  # noqa: S608  (constants)
_IN_HOUSE = """
SELECT x.hotel_id, x.id AS registration_id FROM frontdesk_registration x
WHERE x.guest_id = %s AND x.left_at IS NULL ORDER BY x.id
"""


def note_correction(*, hotel_id: int, registration_id: int, now: datetime) -> int | None:
    """Building block: queue a correction where what was told differs from what is known now; its id. Raises KeyMissing.

    To be called in the transaction that changed the registration.
    """
    told: dict[str, Any] | None = db.fetch_one(_TOLD, {"hotel": hotel_id, "registration": registration_id})
    if told is None:
        return None
    said = telling.opened_content(told["id"], told["content_sealed"])["person"]
    if said == telling.person_of(hotel_id=hotel_id, registration_id=registration_id, about_id=None):
        return None
    made: int | None = db.fetch_value(_CORRECT, {"told": told["id"], "now": now})
    return made


@operation(Permission.SEND_REPORTS)
def correct_report(*, hotel_id: int, registration_id: int, actor: Actor, now: datetime) -> int:
    """Queue a correction of what the police were told of somebody in the house; its id.

    Adds a report. Raises NotFound, KeyMissing, ReportSettled where what was told holds. Publishes
    PoliceReportCorrected. A second call is refused until it differs again.
    """
    if not db.fetch_value(
        "SELECT 1 FROM frontdesk_registration WHERE hotel_id = %s AND id = %s", [hotel_id, registration_id]
    ):
        raise NotFound(field="registration")
    made = note_correction(hotel_id=hotel_id, registration_id=registration_id, now=now)
    if made is None:
        raise ReportSettled(state=ReportState.RECEIVED.label)
    record(
        PoliceReportCorrected.topic, subject="police_report", subject_id=made, hotel_id=hotel_id, actor=actor, now=now,
        after={"registration_id": registration_id},
        event=PoliceReportCorrected(hotel_id=hotel_id, report_id=made, kind="fix"),
    )  # fmt: skip
    return made


def heed(seen: Seen) -> None:
    """A file was changed: of whoever of it is in the house. Idempotent."""
    db.enter_scope("*", "*")
    rows: Sequence[dict[str, Any]] = db.fetch_all(_IN_HOUSE, [int(seen.payload["guest_id"])])
    for row in rows:
        try:
            correct_report(actor=WATCH, now=clock.now(), **row)
        except ReportSettled:
            continue


def heed_all() -> int:
    """Every file that was changed since last time; how many."""
    found = 0
    while more := follow(name=FOLLOWER, topics=TOPICS, react=heed):
        found += more
    return found
