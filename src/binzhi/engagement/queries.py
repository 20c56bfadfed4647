"""Messages read: the log, one message with its tries, those of a reservation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from binzhi.engagement.enums import Kind, Outcome, State, Way
from binzhi.engagement.rendering import Wording
from binzhi.engagement.services.queueing import opened_content
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound

PAGE = 50
REASONS: dict[str, str | Promise] = {
    "no_address": _("neither e-mail nor telephone on file"),
    "no_consent": _("the guest has not agreed to be written to"),
    "overtaken": _("the reservation has changed since"),
    "too_late": _("too late to make sense"),
    "erased": _("the guest's data were erased"),
    "by_hand": _("by a colleague"),
    "way_down": _("the way out does not answer"),
    "switched_off": _("this way is switched off"),
    "sender_died": _("the sender stopped in between: it may arrive twice"),
    "login_refused": _("the mail server refuses our sign-in"),
    "key_refused": _("the gateway refuses our key"),
    "key_missing": _("a key of this installation is missing"),
    "ConnectionRefusedError": _("nobody answers there"),
    "TimeoutError": _("no answer in time"),
    "gaierror": _("this server does not exist"),
    "too_many": _("the gateway wants fewer at a time"),
}
CHIPS = {
    State.QUEUED: "info", State.SENDING: "info", State.SENT: "ok", State.DEAD: "late", State.CANCELLED: "plain",
    State.WITHHELD: "soon",
}  # fmt: skip


def reason_words(code: str) -> str:
    """Why, in words; an answer of the other side by its number."""
    if code in REASONS or not code:
        return str(REASONS.get(code, ""))
    _what, _line, number = code.rpartition("_")
    return str(_("the other side answered %(code)s")) % {"code": number if number.isdigit() else code}


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A line of the log; the address is masked."""

    id: int
    kind: str
    way: str
    language: str
    state: str
    reason: str
    address: str
    attempts: int
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None
    number: str
    guest_name: str
    by: str

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def way_label(self) -> str:
        return str(Way(self.way).label)

    @property
    def way_icon(self) -> str:
        return "mail" if self.way == Way.EMAIL else "message"

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)

    @property
    def chip(self) -> str:
        return CHIPS[State(self.state)]

    @property
    def why(self) -> str:
        return "" if self.state == State.SENT else reason_words(self.reason)

    @property
    def may_cancel(self) -> bool:
        return self.state in (State.QUEUED, State.DEAD)

    @property
    def is_dead(self) -> bool:
        return self.state == State.DEAD


_ROWS = """
SELECT m.id, m.kind, m.way, m.language, m.state, m.reason, m.address_masked AS address, m.attempts, m.due_at,
    m.created_at, m.ended_at, coalesce(v.number, '') AS number,
    coalesce(g.name, v.booker_name, w.name) AS guest_name,
    coalesce(nullif(u.name, ''), u.username, '') AS by
FROM engagement_message m LEFT JOIN reservations_reservation v ON v.id = m.reservation_id
LEFT JOIN reservations_waitlistentry w ON w.id = m.entry_id
LEFT JOIN guests_guest g ON g.id = m.guest_id LEFT JOIN people_user u ON u.id = m.created_by_id
WHERE m.hotel_id = %(hotel)s
"""
_LOG = (
    _ROWS
    + """
  AND (%(state)s = '' OR m.state = %(state)s) AND (%(kind)s = '' OR m.kind = %(kind)s)
  AND (%(before)s::bigint IS NULL OR m.id < %(before)s) ORDER BY m.id DESC LIMIT %(limit)s
"""
)


def message_log(
    *, hotel_id: int, state: str = "", kind: str = "", before: int | None = None, limit: int = PAGE
) -> list[MessageRow]:
    """The newest first; one statement. `before` is the id of the last line seen."""
    read = {"hotel": hotel_id, "state": state, "kind": kind, "before": before, "limit": limit}
    return [MessageRow(**row) for row in db.fetch_all(_LOG, read)]


def counts(hotel_id: int) -> dict[str, int]:
    """How many wait and how many were given up; one statement."""
    rows = db.fetch_all(
        "SELECT state, count(*) AS n FROM engagement_message WHERE hotel_id = %s AND state IN ('queued', 'dead')"
        " GROUP BY state",
        [hotel_id],
    )
    return {row["state"]: row["n"] for row in rows}


def messages_of_reservation(*, hotel_id: int, reservation_id: int) -> list[MessageRow]:
    """Everything a reservation's guest was sent, the newest first; one statement."""
    sql = _ROWS + " AND m.reservation_id = %(reservation)s ORDER BY m.id DESC LIMIT 100"
    return [MessageRow(**row) for row in db.fetch_all(sql, {"hotel": hotel_id, "reservation": reservation_id})]


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message; `content` is None before it was written and after it was erased."""

    row: MessageRow
    content: Wording | None
    tries: list[dict[str, Any]]


def message_view(*, hotel_id: int, message_id: int) -> MessageView:
    """Raises NotFound."""
    found = db.fetch_all(_ROWS + " AND m.id = %(id)s", {"hotel": hotel_id, "id": message_id})
    if not found:
        raise NotFound(field="message")
    sealed = db.fetch_value("SELECT content_sealed FROM engagement_message WHERE id = %s", [message_id])
    tries = db.fetch_all(
        "SELECT number, at, outcome, code FROM engagement_attempt WHERE message_id = %s ORDER BY id", [message_id]
    )
    for one in tries:
        one["label"], one["why"] = str(Outcome(one["outcome"]).label), reason_words(one["code"])
    content = None if sealed is None else opened_content(message_id, sealed)
    return MessageView(MessageRow(**found[0]), content, tries)


def own_templates(hotel_id: int) -> dict[tuple[str, str, str], datetime]:
    """Which words are the hotel's own, and since when."""
    rows = db.fetch_all(
        "SELECT kind, way, language, written_at FROM engagement_template WHERE hotel_id = %s", [hotel_id]
    )
    return {(row["kind"], row["way"], row["language"]): row["written_at"] for row in rows}


def latest_reservation(hotel_id: int) -> int | None:
    """One to try a template on: the last that was booked."""
    found: int | None = db.fetch_value(
        "SELECT id FROM reservations_reservation WHERE hotel_id = %s ORDER BY id DESC LIMIT 1", [hotel_id]
    )
    return found
