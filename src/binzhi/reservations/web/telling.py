"""The history of a reservation in sentences: what was done, from what to what, by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from binzhi.kernel.ui import formats
from binzhi.reservations.enums import Status
from binzhi.reservations.history import HistoryEntry
from binzhi.reservations.web.words import guarantee_word

TITLES: dict[str, tuple[str, str | Promise]] = {
    "reservation.walked": ("car", gettext_lazy("Housed elsewhere")),
    "reservation.created": ("calendar-plus", gettext_lazy("Booked")),
    "reservation.confirmed": ("mail", gettext_lazy("Confirmed to the guest")),
    "reservation.changed": ("pencil", gettext_lazy("Changed")),
    "reservation.cancelled": ("ban", gettext_lazy("Cancelled")),
    "reservation.no_show": ("person-off", gettext_lazy("Noted as no-show")),
    "reservation.reinstated": ("undo", gettext_lazy("Taken up again")),
    "reservation.deposit_taken": ("wallet", pgettext_lazy("booking", "Deposit taken")),
    "reservation.unit_assigned": ("bed", gettext_lazy("Room given")),
    "reservation.units_assigned": ("bed", gettext_lazy("Room given")),
    "reservation.stay_split": ("split", gettext_lazy("Split over two rooms")),
    "reservation.unit_unassigned": ("bed", gettext_lazy("Room taken back")),
    "reservation.unit_fixed": ("lock", gettext_lazy("Room fixed or let go")),
    "stay.checked_in": ("arrive", gettext_lazy("Checked in")),
    "stay.guest_registered": ("identity", gettext_lazy("Guest registered")),
    "stay.check_in_reverted": ("undo", gettext_lazy("Check-in taken back")),
    "stay.checked_out": ("depart", gettext_lazy("Checked out")),
    "stay.check_out_reverted": ("undo", gettext_lazy("Check-out taken back")),
    "stay.moved": ("transfer", gettext_lazy("Moved to another room")),
    "stay.extended": ("calendar-plus", gettext_lazy("Stay extended")),
    "stay.shortened": ("calendar-off", gettext_lazy("Stay shortened")),
    "stay.continued": ("link", gettext_lazy("Stays on from the booking before")),
    "stay.continuation_reverted": ("undo", gettext_lazy("Staying on taken back")),
    "stay.free_room_asked": ("heart", gettext_lazy("Asked to cost nothing")),
    "stay.free_room_decided": ("heart", gettext_lazy("Free room decided")),
    "stay.free_room_ended": ("undo", gettext_lazy("Costs again")),
}
FIELDS: dict[str, str | Promise] = {
    "booker_name": gettext_lazy("Booker"),
    "booker_phone_masked": gettext_lazy("Contact phone"),
    "guest_id": gettext_lazy("Guest"),
    "organisation_id": gettext_lazy("Company or agency"),
    "market": gettext_lazy("Market"),
    "source": gettext_lazy("Source"),
    "channel": gettext_lazy("Channel"),
    "channel_number": gettext_lazy("Channel's order number"),
    "guarantee": gettext_lazy("Guarantee"),
    "special_requests": gettext_lazy("Special requests"),
    "remarks": gettext_lazy("Remarks"),
    "expected_at": gettext_lazy("Expected at"),
    "arrival": gettext_lazy("Arrival"),
    "departure": gettext_lazy("Departure"),
    "room_type": gettext_lazy("Room type"),
    "rate_plan": pgettext_lazy("of a reservation", "Rate"),
    "adults": gettext_lazy("Adults"),
    "children": gettext_lazy("Children"),
    "infants": gettext_lazy("Infants"),
    "total": gettext_lazy("Total"),
}
FREE_KINDS = {"comp": gettext_lazy("Free room"), "house": gettext_lazy("House use")}
# Ids mean nothing to a reader: it is told that the field changed, not from which number to which.
SILENT = frozenset({"guest_id", "organisation_id"})
TYPED_ANEW = "changed"


@dataclass(frozen=True, slots=True)
class Told:
    """One entry for the screen."""

    at: datetime
    icon: str
    title: str
    facts: Sequence[str]
    who: str
    room: str


class Teller:
    """Puts codes into the hotel's words: room types, plans, codes of market, source, channel, requests, reasons."""

    def __init__(self, *, names: Mapping[str, Mapping[str, str]], rooms: Mapping[int, str], currency: str) -> None:
        self.names = names
        self.rooms = rooms
        self.currency = currency

    def tell(self, entry: HistoryEntry) -> Told:
        icon, title = TITLES.get(entry.operation, ("pencil", gettext_lazy("Changed")))
        facts = [fact for fact in self._facts(entry) if fact]
        several = entry.room_reservation_id is not None and len(self.rooms) > 1
        room = self.rooms.get(entry.room_reservation_id or 0, "") if several else ""
        return Told(entry.at, icon, str(title), facts, entry.who or _by_program(entry.actor), room)

    def _facts(self, entry: HistoryEntry) -> Iterator[str]:
        teller: dict[str, Callable[[HistoryEntry], Iterator[str]]] = {
            "reservation.created": self._created,
            "reservation.changed": self._changed,
            "reservation.cancelled": self._ended,
            "reservation.no_show": self._ended,
            "stay.extended": self._changed,
            "stay.shortened": self._changed,
            "reservation.stay_split": self._split,
            "stay.free_room_asked": self._free,
            "stay.free_room_decided": self._free,
        }
        yield from teller.get(entry.operation, self._room)(entry)
        if entry.reason and entry.operation != "reservation.cancelled":
            yield entry.reason

    def _created(self, entry: HistoryEntry) -> Iterator[str]:
        rooms = entry.after.get("rooms") or []
        yield ngettext("%(n)s room", "%(n)s rooms", len(rooms)) % {"n": len(rooms)}
        alike = Counter(self._booked(room) for room in rooms)
        for words, count in alike.items():
            yield f"{words} × {count}" if count > 1 else words

    def _booked(self, room: Mapping[str, Any]) -> str:
        days = f"{_day(room.get('arrival'))}–{_day(room.get('departure'))}"
        facts = [self._word("room_type", room.get("room_type")), days, self._word("total", room.get("total"))]
        return pgettext("between facts", " · ").join(facts)

    def _changed(self, entry: HistoryEntry) -> Iterator[str]:
        for name, value in entry.after.items():
            old = entry.before.get(name)
            if name not in FIELDS or old == value:
                continue
            if name in SILENT or value == TYPED_ANEW:
                yield str(FIELDS[name])
            else:
                yield _("%(field)s: %(old)s → %(new)s") % {
                    "field": FIELDS[name], "old": self._word(name, old), "new": self._word(name, value),
                }  # fmt: skip

    def _ended(self, entry: HistoryEntry) -> Iterator[str]:
        if entry.reason:
            yield self._word("cancel_reason", entry.reason)
        count = len(entry.before.get("rooms") or [])
        if count > 1:
            yield ngettext("%(n)s room", "%(n)s rooms", count) % {"n": count}
        fee, waived = _amount(entry.after.get("fee")), _amount(entry.after.get("waived"))
        if fee:
            yield _("Fee %(amount)s") % {"amount": formats.money(fee, currency=self.currency)}
        elif waived:
            yield _("Fee of %(amount)s waived") % {"amount": formats.money(waived, currency=self.currency)}
        else:
            yield _("Free of charge")

    def _room(self, entry: HistoryEntry) -> Iterator[str]:
        if entry.old_room and entry.new_room and entry.old_room != entry.new_room:
            yield f"{entry.old_room} → {entry.new_room}"
        elif entry.new_room or entry.old_room:
            yield entry.new_room or entry.old_room

    def _split(self, entry: HistoryEntry) -> Iterator[str]:
        yield from self._room(entry)
        if entry.before.get("total") != entry.after.get("total"):
            yield from self._changed(entry)

    def _free(self, entry: HistoryEntry) -> Iterator[str]:
        kind = FREE_KINDS.get(str(entry.after.get("kind")))
        if kind:
            yield str(kind)
        if "approved" in entry.after:
            yield _("Approved") if entry.after["approved"] else pgettext("counter", "Refused")
        elif "first" in entry.after:
            yield f"{_day(entry.after['first'])}–{_day(entry.after.get('until'))}"

    def _word(self, name: str, value: Any) -> str:
        if value in (None, "", []):
            return "–"
        if name in ("arrival", "departure"):
            return _day(value)
        if name == "total":
            amount = _amount(value)
            return formats.money(amount, currency=self.currency) if amount is not None else str(value)
        if name == "guarantee":
            return guarantee_word(str(value))
        if name == "status":
            return str(Status(value).label) if value in Status.values else str(value)
        known = self.names.get(name, {})
        if isinstance(value, list):
            return pgettext("between names", ", ").join(known.get(str(code), str(code)) for code in value)
        return known.get(str(value), str(value))


def free_states(entries: Sequence[HistoryEntry]) -> dict[int, tuple[str, str, str]]:
    """How nights that shall cost nothing stand, as a chip of each room: text, state, icon. Told by the last entry."""
    states: dict[int, tuple[str, str, str]] = {}
    gone: set[int] = set()
    for entry in entries:
        room = entry.room_reservation_id
        if room is None or room in states or room in gone or not entry.operation.startswith("stay.free_room_"):
            continue
        kind = str(FREE_KINDS.get(str(entry.after.get("kind")), FREE_KINDS["comp"]))
        if entry.operation == "stay.free_room_asked":
            states[room] = (pgettext("between facts", " · ").join((kind, _("waits for a decision"))), "soon", "clock")
        elif entry.after.get("approved"):
            states[room] = (kind, "ok", "heart")
        else:
            gone.add(room)
    return states


def _by_program(actor: str) -> str:
    return _("a program") if actor.startswith("token:") else _("the system")


def _day(value: Any) -> str:
    try:
        return f"{date.fromisoformat(str(value)):%m-%d}"
    except ValueError:
        return str(value)


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
