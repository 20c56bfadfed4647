"""Reports read: what is owed, what was sent back, what was received with which receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.frontdesk.names import board_name
from binzhi.frontdesk.police.enums import ReportKind, ReportState, TryOutcome
from binzhi.frontdesk.police.regions import FIELDS
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound

PAGE = 50
OWED_TAB, OVERDUE_TAB, HELD_TAB, RECEIVED_TAB = "owed", "overdue", "held", "received"
REASONS: dict[str, str | Promise] = {
    "way_down": _("the police's system does not answer"),
    "sender_died": pgettext_lazy("police report", "the sender stopped in between: it may arrive twice"),
    "key_refused": _("the police's system refuses our key"),
    "key_missing": _("a key of this installation is missing"),
    "no_receipt": _("no receipt came; it is asked for again"),
    "ConnectionRefusedError": _("nobody answers there"),
    "TimeoutError": _("no answer in time"),
    "RemoteDisconnected": _("the line broke before an answer"),
    "gaierror": _("this server does not exist"),
    "too_many": _("the police's system wants fewer at a time"),
    "by_hand": _("by a colleague"),
    "completed": _("completed meanwhile"),
    "undone": _("the check-in was taken back"),
    "erased": _("the guest's data were erased"),
    "sent_back:unknown_number": _("the police do not know this document number"),
    "sent_back:unknown_receipt": _("the police do not know the receipt that it corrects"),
}
CHIPS = {
    ReportState.WAITING: "info", ReportState.SENDING: "info", ReportState.INCOMPLETE: "soon",
    ReportState.REFUSED: "late", ReportState.RECEIVED: "ok", ReportState.WITHDRAWN: "plain",
}  # fmt: skip


def reason_words(state: str, code: str) -> str:
    """Why, in words; of what is missing the fields by name, of an answer its code."""
    if not code or code in REASONS:
        return str(REASONS.get(code, ""))
    if state == ReportState.INCOMPLETE:
        return str(_("missing: %(fields)s")) % {
            "fields": "、".join(str(FIELDS.get(name, name)) for name in code.split(",") if name)
        }
    said = code.removeprefix("sent_back:").removeprefix("police_")
    return str(_("the other side answered %(code)s")) % {"code": said}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of the list: surname and title, no number."""

    id: int
    kind: str
    state: str
    reason: str
    room: str
    name: str
    number: str
    room_reservation_id: int
    registration_id: int
    is_foreign: bool
    is_minor: bool
    occurred_at: datetime
    due_at: datetime
    limit_at: datetime
    is_overdue: bool
    is_past_limit: bool
    attempts: int
    receipt: str
    received_at: datetime | None
    by: str

    @property
    def kind_label(self) -> str:
        return str(ReportKind(self.kind).label)

    @property
    def state_label(self) -> str:
        return str(ReportState(self.state).label)

    @property
    def label(self) -> str:
        """What matters most: that it is late, or what became of it."""
        late = self.is_overdue and not self.is_held
        return str(pgettext_lazy("police reports", "Overdue")) if late else self.state_label

    @property
    def chip(self) -> str:
        return "late" if self.is_overdue else CHIPS[ReportState(self.state)]

    @property
    def why(self) -> str:
        return "" if self.state == ReportState.RECEIVED else reason_words(self.state, self.reason)

    @property
    def is_held(self) -> bool:
        return self.state in (ReportState.INCOMPLETE, ReportState.REFUSED)

    @property
    def may_note(self) -> bool:
        return self.is_held or self.state == ReportState.WAITING


_ROWS = """
SELECT p.id, p.kind, p.state, p.reason, r.number AS room, coalesce(g.name, '') AS name, coalesce(g.sex, '') AS sex,
    v.number, p.room_reservation_id, p.registration_id, p.is_foreign, coalesce(x.is_minor, false) AS is_minor,
    p.occurred_at, p.due_at, p.limit_at, p.state IN ('waiting', 'sending', 'incomplete', 'refused')
        AND least(p.alarm_at, p.limit_at) <= %(now)s AS is_overdue,
    p.state IN ('waiting', 'sending', 'incomplete', 'refused') AND p.limit_at <= %(now)s AS is_past_limit,
    p.attempts, p.receipt, p.received_at, coalesce(nullif(u.name, ''), u.username, '') AS by
FROM frontdesk_policereport p
JOIN property_room r ON r.id = p.room_id
JOIN reservations_roomreservation s ON s.id = p.room_reservation_id
JOIN reservations_reservation v ON v.id = s.reservation_id
LEFT JOIN frontdesk_registration x ON x.id = p.registration_id
LEFT JOIN guests_guest g ON g.id = p.guest_id
LEFT JOIN people_user u ON u.id = p.received_by
WHERE p.hotel_id = %(hotel)s
"""
_OWED = "p.state IN ('waiting', 'sending', 'incomplete', 'refused')"
_WHICH = {
    "": "true",
    OWED_TAB: _OWED,
    OVERDUE_TAB: f"{_OWED} AND least(p.alarm_at, p.limit_at) <= %(now)s",
    HELD_TAB: "p.state IN ('incomplete', 'refused')",
    RECEIVED_TAB: "p.state = 'received'",
}


def reports(
    *, hotel_id: int, now: datetime, tab: str = "", before: int | None = None, limit: int = PAGE
) -> list[ReportRow]:
    """The newest first; what is owed by its limit. One statement. `before` is the id of the last line seen."""
    order = "p.limit_at, p.id" if tab in (OWED_TAB, OVERDUE_TAB, HELD_TAB) else "p.id DESC"
    sql = _ROWS + (
        f" AND {_WHICH[tab]} AND (%(before)s::bigint IS NULL OR p.id < %(before)s) ORDER BY {order} LIMIT %(limit)s"
    )
    read = {"hotel": hotel_id, "now": now, "before": before, "limit": limit}
    return [_row(row) for row in db.fetch_all(sql, read)]


def _row(row: dict[str, Any]) -> ReportRow:
    sex = row.pop("sex")
    return ReportRow(**row | {"name": board_name(row["name"], sex)})


@dataclass(frozen=True, slots=True)
class Owed:
    """How many are owed, of them overdue, of them to be mended by somebody."""

    owed: int
    overdue: int
    held: int


def owed(*, hotel_id: int, now: datetime) -> Owed:
    """One statement over what is open."""
    row = db.fetch_one(
        f"SELECT count(*) AS owed, count(*) FILTER (WHERE least(p.alarm_at, p.limit_at) <= %(now)s) AS overdue,"  # noqa: S608
        " count(*) FILTER (WHERE p.state IN ('incomplete', 'refused')) AS held"
        f" FROM frontdesk_policereport p WHERE p.hotel_id = %(hotel)s AND {_OWED}",
        {"hotel": hotel_id, "now": now},
    )
    return Owed(**(row or {"owed": 0, "overdue": 0, "held": 0}))


@dataclass(frozen=True, slots=True)
class ReportView:
    """`about` is the receipt of the arrival that it follows or corrects."""

    row: ReportRow
    serial: str
    about: str
    tries: list[dict[str, Any]]


def report_view(*, hotel_id: int, report_id: int, now: datetime) -> ReportView:
    """Raises NotFound."""
    found = db.fetch_all(_ROWS + " AND p.id = %(id)s", {"hotel": hotel_id, "id": report_id, "now": now})
    if not found:
        raise NotFound(field="report")
    more = db.fetch_one(
        "SELECT p.serial, coalesce(a.receipt, '') AS about FROM frontdesk_policereport p"
        " LEFT JOIN frontdesk_policereport a ON a.id = p.about_id WHERE p.id = %s",
        [report_id],
    )
    assert more is not None
    tries = db.fetch_all(
        "SELECT number, at, outcome, code FROM frontdesk_policeattempt WHERE report_id = %s ORDER BY id", [report_id]
    )
    for one in tries:
        state = ReportState.INCOMPLETE if one["outcome"] == TryOutcome.INCOMPLETE else ""
        one["label"], one["why"] = str(TryOutcome(one["outcome"]).label), reason_words(state, one["code"])
    return ReportView(_row(found[0]), str(more["serial"]), more["about"], tries)
