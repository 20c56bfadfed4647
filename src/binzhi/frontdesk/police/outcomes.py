"""What became of a report: taken for sending, received, delayed, sent back, noted by hand, overdue."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import ReportNotHeld, ReportSettled
from binzhi.frontdesk.events import (
    PoliceReportAgain,
    PoliceReportDelayed,
    PoliceReportEvent,
    PoliceReportHeld,
    PoliceReportOverdue,
    PoliceReportReceived,
    PoliceReportWritten,
)
from binzhi.frontdesk.police.enums import OWED, ReportKind, ReportState, TryOutcome
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.kernel.partners import Queue
from binzhi.kernel.text import clean_text

# Before the second try, the third …; from the last on always as long. A duty towards the police is never given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10))
RECEIPT_LIMIT = 80
QUEUE = Queue(
    table="frontdesk_policereport", waiting=("waiting",), due="due_at", tries=("frontdesk_policeattempt", "report_id"),
    joins="JOIN frontdesk_policelink l ON l.hotel_id = w.hotel_id",
    # Of one person nothing goes out before what came first.
    only="""l.is_on AND l.url <> '' AND NOT EXISTS (
        SELECT FROM frontdesk_policereport b WHERE b.registration_id = w.registration_id AND b.id < w.id
        AND b.state IN ('waiting', 'sending', 'incomplete', 'refused')
    )""",
    beside=", property_room p", beside_is="p.id = q.room_id",
    returning="""q.id, q.hotel_id, q.kind, q.registration_id, q.about_id, q.is_foreign, q.serial, q.content_sealed,
        q.attempts, q.occurred_at, q.due_at, p.number AS room""",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """A report in its sender's hands."""

    id: int
    hotel_id: int
    kind: str
    registration_id: int
    about_id: int | None
    is_foreign: bool
    serial: uuid.UUID
    content_sealed: bytes | None
    attempts: int
    occurred_at: datetime
    due_at: datetime
    room: str


def take_due(*, now: datetime, until: datetime, limit: int) -> list[Taken]:
    """Reports of all hotels that are due, for the caller alone until `until`; the longest due first.

    Bookkeeping of the sender in a transaction of its own; locks the rows, skipping those another takes.
    """
    rows = QUEUE.take(now=now, until=until, limit=limit)
    return sorted((Taken(**row) for row in rows), key=lambda one: (one.due_at, one.id))


def note_deaths(*, now: datetime) -> int:
    """Put back what a sender took and never noted; how many. The try is kept with an unknown outcome."""
    return QUEUE.note_deaths(now=now)


@operation(Permission.SEND_REPORTS)
def keep_content(*, hotel_id: int, report_id: int, content: bytes, actor: Actor, now: datetime) -> None:
    """Keep, sealed, what is told before it goes out, so that every later try says the same.

    Locks the report. Raises NotFound, ReportSettled. Publishes PoliceReportWritten. Idempotent.
    """
    row = _lock(hotel_id, report_id, ReportState.SENDING)
    db.execute("UPDATE frontdesk_policereport SET content_sealed = %s WHERE id = %s", [content, report_id])
    _record("police_report.written", PoliceReportWritten, row, actor=actor, now=now)


@operation(Permission.SEND_REPORTS)
def note_received(*, hotel_id: int, report_id: int, receipt: str, actor: Actor, now: datetime) -> None:
    """The police have it. Locks the report. Raises NotFound, ReportSettled. Publishes PoliceReportReceived."""
    row = _lock(hotel_id, report_id, ReportState.SENDING)
    QUEUE.keep_try(row, TryOutcome.RECEIVED, "", now)
    _receive(row, receipt, None, actor=actor, now=now)


@operation(Permission.SEND_REPORTS)
def note_delay(*, hotel_id: int, report_id: int, code: str, actor: Actor, now: datetime) -> None:
    """It was not received this time: again after a pause that grows to ten minutes, for as long as it takes.

    Locks the report. Raises NotFound, ReportSettled. Publishes PoliceReportDelayed.
    """
    row = _lock(hotel_id, report_id, ReportState.SENDING)
    QUEUE.keep_try(row, TryOutcome.TEMPORARY, code, now)
    pause = PAUSES[min(row["attempts"], len(PAUSES)) - 1]
    _again(row, code, now + pause, actor=actor, now=now)


@operation(Permission.SEND_REPORTS)
def put_back(*, hotel_id: int, report_id: int, actor: Actor, now: datetime) -> None:
    """It was not tried, as the other side is down: a minute later.

    Locks the report. Raises NotFound, ReportSettled. Publishes PoliceReportDelayed.
    """
    row = _lock(hotel_id, report_id, ReportState.SENDING)
    _again(row, "way_down", now + PAUSES[0], actor=actor, now=now, untried=True)


@operation(Permission.SEND_REPORTS)
def note_held(*, hotel_id: int, report_id: int, state: str, code: str, actor: Actor, now: datetime) -> None:
    """Something is missing, or the police sent it back (`state` incomplete or refused): somebody must mend it.

    An arrival that was taken back meanwhile and never received is not needed any more, nor what would take it back.
    Locks the report. Raises NotFound, ReportSettled. Publishes PoliceReportHeld.
    """
    row = _lock(hotel_id, report_id, ReportState.SENDING)
    outcome = TryOutcome.INCOMPLETE if state == ReportState.INCOMPLETE else TryOutcome.REFUSED
    QUEUE.keep_try(row, outcome, code, now)
    db.execute(
        "UPDATE frontdesk_policereport SET state = %s, reason = %s, claimed_until = NULL WHERE id = %s",
        [state, code, report_id],
    )
    if row["kind"] == ReportKind.IN and db.execute(
        "UPDATE frontdesk_policereport SET state = 'withdrawn', reason = 'undone' WHERE about_id = %s"
        " AND kind = 'void' AND state = 'waiting'",
        [report_id],
    ):
        db.execute(
            "UPDATE frontdesk_policereport SET state = 'withdrawn', reason = 'undone' WHERE id = %s", [report_id]
        )
    _record("police_report.held", PoliceReportHeld, row, actor=actor, now=now, code=code)


@operation(Permission.SEND_REPORTS)
def note_overdue(*, hotel_id: int, report_id: int, actor: Actor, now: datetime) -> None:
    """Say once that a report is owed for too long. Locks the report. Raises ReportSettled when it is not, or was said.

    Publishes PoliceReportOverdue.
    """
    row = _lock(hotel_id, report_id, *OWED)
    if not db.execute(
        "UPDATE frontdesk_policereport SET alarmed_at = %s WHERE id = %s AND alarmed_at IS NULL", [now, report_id]
    ):
        raise ReportSettled(state=ReportState(row["state"]).label)
    _record("police_report.overdue", PoliceReportOverdue, row, actor=actor, now=now)


@operation(Permission.SETTLE_REPORTS)
def note_by_hand(*, hotel_id: int, report_id: int, receipt: str, actor: Actor, now: datetime) -> None:
    """It was reported another way, by the police's own program or by telephone: its receipt, or who took it.

    What is in the sender's hands at this moment cannot be noted. Locks the report. Raises NotFound, ReportSettled,
    InvalidInput at `receipt`. Publishes PoliceReportReceived. Not idempotent (the second refuses).
    """
    receipt = clean_text(receipt, field="receipt", limit=RECEIPT_LIMIT, required=True)
    row = _lock(hotel_id, report_id, ReportState.WAITING, ReportState.INCOMPLETE, ReportState.REFUSED)
    QUEUE.keep_try(row, TryOutcome.BY_HAND, "", now)
    _receive(row, receipt, actor.user_id, actor=actor, now=now)


@operation(Permission.SETTLE_REPORTS)
def send_again(*, hotel_id: int, report_id: int, actor: Actor, now: datetime) -> None:
    """Try again at once what was sent back or lacked something, as file and registration stand now.

    It gets a new serial, as nothing was received under the old one. Locks the report. Raises NotFound, ReportNotHeld.
    Publishes PoliceReportAgain. Not idempotent (the second refuses).
    """
    row = _lock(hotel_id, report_id, ReportState.INCOMPLETE, ReportState.REFUSED, refusal=ReportNotHeld)
    db.execute(
        "UPDATE frontdesk_policereport SET state = 'waiting', reason = 'by_hand', attempts = 0, due_at = %s,"
        " content_sealed = NULL, serial = gen_random_uuid() WHERE id = %s",
        [now, report_id],
    )
    _record("police_report.again", PoliceReportAgain, row, actor=actor, now=now)


def _lock(
    hotel_id: int, report_id: int, *states: ReportState,
    refusal: type[ReportSettled] | type[ReportNotHeld] = ReportSettled,
) -> dict[str, Any]:  # fmt: skip
    row = QUEUE.lock(hotel_id=hotel_id, pk=report_id, field="report")
    if row["state"] not in states:
        raise refusal(state=ReportState(row["state"]).label)
    return row


def _receive(row: dict[str, Any], receipt: str, user_id: int | None, *, actor: Actor, now: datetime) -> None:
    db.execute(
        "UPDATE frontdesk_policereport SET state = 'received', reason = '', receipt = %s, received_at = %s,"
        " received_by = %s, claimed_until = NULL WHERE id = %s",
        [receipt[:RECEIPT_LIMIT], now, user_id, row["id"]],
    )
    _record("police_report.received", PoliceReportReceived, row, actor=actor, now=now)


def _again(
    row: dict[str, Any], code: str, due_at: datetime, *, actor: Actor, now: datetime, untried: bool = False
) -> None:
    QUEUE.wait(row, code, due_at, untried=untried)
    _record("police_report.delayed", PoliceReportDelayed, row, actor=actor, now=now, code=code)


def _record(
    name: str, event: type[PoliceReportEvent], row: dict[str, Any], *, actor: Actor, now: datetime, code: str = ""
) -> None:
    record(
        name, subject="police_report", subject_id=row["id"], hotel_id=row["hotel_id"], actor=actor, now=now,
        before={"state": row["state"]}, after={"attempts": row["attempts"], "code": code},
        event=event(hotel_id=row["hotel_id"], report_id=row["id"], kind=row["kind"]),
    )  # fmt: skip
