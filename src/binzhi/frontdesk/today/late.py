"""先办: what is late, by how much, whom it concerns and where it is mended; the longest wait first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from binzhi.frontdesk.today.duties import Duty
from binzhi.frontdesk.today.moment import Moment
from binzhi.frontdesk.today.waiting import DueArrival, LateStay

# A night audit not begun by this hour of the next calendar day is late.
AUDIT_DUE = time(6, 0)


@dataclass(frozen=True, slots=True)
class LateItem:
    """One line: `since` is when it fell due, None where only the amount is over; `owed` is what is open or over."""

    icon: str
    text: str
    url: str
    action: str
    detail: str = ""
    since: datetime | None = None
    owed: Decimal | None = None


def late_items(
    moment: Moment,
    hotel: str,
    stays: Sequence[LateStay],
    arrivals: Sequence[DueArrival],
    duties: Sequence[Duty] = (),
    unanswered: Sequence[Mapping[str, Any]] = (),
) -> tuple[list[LateItem], int]:
    """The lines to show and how many cases there are in all, those not shown included."""
    late = [row for row in stays if row.kind == "departure"]
    over = [row for row in stays if row.kind == "limit"]
    unassigned = [row for row in arrivals if row.kind == "unassigned"]
    past_hold = [row for row in arrivals if row.kind == "past_hold"]
    items = [
        *_wake_ups(moment, hotel, unanswered),
        *_audit(moment, hotel),
        *_duties(hotel, duties),
        *_departures(moment, hotel, late),
        *_unassigned(hotel, unassigned),
        *_past_hold(moment, hotel, past_hold),
        *_over_limit(hotel, over),
    ]
    items.sort(key=lambda item: (item.since is None, item.since or moment.local_now))
    audits = sum(1 for item in items if item.icon == "night")
    total = (
        len(unanswered)
        + len(duties)
        + audits
        + sum(rows[0].total for rows in (late, over) if rows)
        + bool(unassigned)
        + bool(past_hold)
    )
    return items, total


def _wake_ups(moment: Moment, hotel: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[LateItem]:
    for row in rows:
        yield LateItem(
            icon="bell",
            text=_("Wake-up call to %(room)s: nobody answered") % {"room": row["room"]},
            detail=_("Somebody goes up"),
            since=row["at"].astimezone(ZoneInfo(moment.timezone)).replace(tzinfo=None),
            url=_url("frontdesk:wake_ups", hotel),
            action=_("Wake-up calls"),
        )


def _audit(moment: Moment, hotel: str) -> Iterator[LateItem]:
    due = datetime.combine(moment.business_date + timedelta(days=1), AUDIT_DUE)
    if moment.local_now >= due:
        yield LateItem(
            icon="night",
            text=_("The night audit of %(day)s is outstanding") % {"day": f"{moment.business_date:%m-%d}"},
            detail=_("No charge lands on the new day until it is done"),
            since=due,
            url=_url("frontdesk:night_audit", hotel),
            action=_("Night audit"),
        )


def _duties(hotel: str, duties: Sequence[Duty]) -> Iterator[LateItem]:
    for duty in duties:
        if duty.kind == "police":
            icon, url, action = "shield", "frontdesk:police", pgettext("police", "Report now")
            text = ngettext("%(n)s police report overdue", "%(n)s police reports overdue", duty.count)
        elif duty.kind == "minor":
            icon, url, action = "baby", "frontdesk:minors", _("Look after")
            text = ngettext("%(n)s guest under 18 to look after", "%(n)s guests under 18 to look after", duty.count)
        else:
            icon, url, action = "people", "frontdesk:visitors", _("See out")
            text = ngettext("%(n)s visitor after hours", "%(n)s visitors after hours", duty.count)
        yield LateItem(
            icon=icon, text=text % {"n": duty.count}, detail=duty.rooms, since=duty.since, url=_url(url, hotel),
            action=action,
        )  # fmt: skip


def _departures(moment: Moment, hotel: str, rows: Sequence[LateStay]) -> Iterator[LateItem]:
    for row in rows:
        yield LateItem(
            icon="depart",
            text=_("%(room)s should have left: %(guest)s") % {"room": row.room, "guest": row.guest_name},
            owed=row.balance if row.balance > 0 else None,
            since=datetime.combine(row.departure, moment.check_out_time),
            url=_url("frontdesk:check_out", hotel, row.room_reservation_id),
            action=_("Extend / check out"),
        )


def _unassigned(hotel: str, rows: Sequence[DueArrival]) -> Iterator[LateItem]:
    if rows:
        rooms = rows[0].total_rooms
        yield LateItem(
            icon="arrive",
            text=ngettext("%(rooms)s arrival without a room", "%(rooms)s arrivals without a room", rooms)
            % {"rooms": rooms},
            detail=_names(rows),
            since=rows[0].at,
            url=_url("frontdesk:arrivals", hotel) + "?room=none",
            action=_("Assign rooms"),
        )


def _past_hold(moment: Moment, hotel: str, rows: Sequence[DueArrival]) -> Iterator[LateItem]:
    if rows:
        count = rows[0].total_rooms
        text = ngettext(
            "%(rooms)s unguaranteed arrival past the hold time",
            "%(rooms)s unguaranteed arrivals past the hold time",
            count,
        )
        yield LateItem(
            icon="hourglass",
            text=text % {"rooms": count},
            detail=_names(rows),
            since=max(moment.at(moment.hold_until), rows[0].at),
            url=_url("frontdesk:arrivals", hotel) + "?room=late",
            action=_("Ask or release"),
        )


def _over_limit(hotel: str, rows: Sequence[LateStay]) -> Iterator[LateItem]:
    for row in rows:
        yield LateItem(
            icon="yuan",
            text=_("%(room)s owes more than its deposit: %(guest)s") % {"room": row.room, "guest": row.guest_name},
            owed=row.balance - row.allowed,
            url=_url("billing:folio", hotel, row.folio) if row.folio else _url("frontdesk:in_house", hotel),
            action=_("Open the bill"),
        )


def _names(rows: Sequence[DueArrival]) -> str:
    """The first guests concerned, so that a name waited for is recognised."""
    names = [row.guest_name for row in rows[:3]]
    return pgettext("between names", ", ").join(names) + ("…" if rows[0].total > len(names) else "")


def _url(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
