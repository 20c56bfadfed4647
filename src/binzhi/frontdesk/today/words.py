"""The board in words: how late, how soon, better or worse than last year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from binzhi.frontdesk.names import vip_weight
from binzhi.frontdesk.today.board import TodayBoard
from binzhi.frontdesk.today.figures import Figure
from binzhi.frontdesk.today.late import LateItem
from binzhi.frontdesk.today.waiting import DueArrival
from binzhi.kernel.ui import formats
from binzhi.kernel.ui.rooms import ROOM_STATES
from binzhi.property.queries import HotelRef, localised

ROOM_READY = frozenset({"clean", "inspected"})
AN_HOUR = 60
# More would push the figures off a desk screen; the rest folds.
LATE_SHOWN = 5
LATE_ALIKE = 3


def lasting(minutes: int) -> str:
    """42 min, 2 h 12 min, 3 d 4 h."""
    hours, rest = divmod(max(minutes, 0), AN_HOUR)
    days, hours_left = divmod(hours, 24)
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours_left}
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    return _("%(minutes)s min") % {"minutes": rest}


@dataclass(frozen=True, slots=True)
class LateLine:
    item: LateItem
    chip: str


@dataclass(frozen=True, slots=True)
class ComingLine:
    """An arrival expected soon, or a VIP's: `rank` 1 to 3, `room` empty while none is given."""

    row: DueArrival
    chip: str
    what: str
    rank: int
    soon: bool
    late: bool

    @property
    def ready(self) -> bool:
        return self.row.room_state in ROOM_READY


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One of the three figures, with what it stands beside."""

    label: str
    value: str
    note: str
    change: str
    rises: bool
    figure: Figure
    spark_label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class StateLine:
    """Rooms in one state, with the address of the rack filtered to them."""

    key: str
    rooms: int
    label: str | Promise
    code: str
    icon: str
    url: str


class BoardWords:
    """What the template says about a board; computed per request, in the language of the reader."""

    nothing_late = gettext_lazy("Nothing is overdue")
    nothing_late_text = gettext_lazy("Everybody is where they should be by now.")
    no_rooms = gettext_lazy("This hotel has no rooms yet")
    rooms_label = gettext_lazy("Rooms by state")
    hours_label = gettext_lazy("Arrivals and departures by the hour")

    def __init__(self, board: TodayBoard, hotel: HotelRef, *, rack: str = "") -> None:
        self.board = board
        self.hotel = hotel
        self.rack = rack

    def _since(self, moment: datetime) -> int:
        return int((self.board.local_now - moment) / timedelta(minutes=1))

    @cached_property
    def late(self) -> list[LateLine]:
        return [
            LateLine(item, _("%(time)s late") % {"time": lasting(self._since(item.since))} if item.since else "")
            for item in self.board.late
        ]

    @cached_property
    def late_first(self) -> list[LateLine]:
        """The longest waits, no kind taking all the room: late departures must not hide a guest without a room."""
        chosen: list[LateLine] = []
        for line in self.late:
            alike = sum(1 for other in chosen if other.item.icon == line.item.icon)
            if len(chosen) < LATE_SHOWN and alike < LATE_ALIKE:
                chosen.append(line)
        return chosen

    @property
    def late_rest(self) -> list[LateLine]:
        return [line for line in self.late if line not in self.late_first]

    @property
    def late_more(self) -> int:
        return self.board.late_total - len(self.late_first)

    @property
    def late_unlisted(self) -> int:
        """Cases counted but not read: only the first stays of a kind are."""
        return self.board.late_total - len(self.late)

    @property
    def late_departures(self) -> int:
        """Only what is past the hour of departure; before it everybody is in time."""
        return next((row.total for row in self.board.late_stays if row.kind == "departure"), 0)

    @property
    def next_hour(self) -> list[ComingLine]:
        return [self._coming(row) for row in self.board.next_hour]

    @property
    def vips(self) -> list[ComingLine]:
        return [self._coming(row) for row in self.board.vips]

    def _coming(self, row: DueArrival) -> ComingLine:
        left = -self._since(row.at)
        rooms = ngettext("%(n)s room", "%(n)s rooms", row.rooms) % {"n": row.rooms}
        kind = localised(row.room_type, row.room_type_en)
        if row.rooms > 1:
            guests = ngettext("%(n)s guest", "%(n)s guests", row.guests) % {"n": row.guests}
            what = pgettext("between facts", " · ").join([rooms, guests])
        else:
            what = f"{row.room} {kind}" if row.room else kind
        overdue = left < 0
        chip = (_("%(time)s late") if overdue else _("in %(time)s")) % {"time": lasting(abs(left))}
        return ComingLine(
            row=row,
            chip=chip,
            what=what,
            rank=vip_weight(row.vip_level, row.vip_rank),
            soon=0 <= left <= AN_HOUR // 2,
            late=overdue and row.expected,
        )

    @property
    def states(self) -> list[StateLine]:
        counts, address = self.board.room_states, self.rack
        return [
            StateLine(
                key,
                counts.get(key, 0),
                state.label,
                state.code,
                state.icon,
                f"{address}?state={key}" if address else "",
            )
            for key, state in ROOM_STATES.items()
        ]

    @property
    def figures(self) -> list[FigureLine]:
        figures = self.board.figures
        sold = {"sold": figures.sold, "rooms": figures.available}
        return [
            FigureLine(
                label=_("Occupancy"),
                value=self._percent(figures.occupancy.tonight),
                note=_("Tonight %(sold)s of %(rooms)s rooms") % sold,
                change=self._points(figures.occupancy.change),
                rises=_rises(figures.occupancy),
                figure=figures.occupancy,
                spark_label=_("Occupancy of the last 14 days"),
                anchor="occupancy",
            ),
            self._money_line(_("Average rate ADR"), figures.adr, _("ADR of the last 14 days"), "adr"),
            self._money_line(_("RevPAR"), figures.revpar, _("RevPAR of the last 14 days"), "revpar"),
        ]

    def _money_line(self, label: str, figure: Figure, spark_label: str, anchor: str) -> FigureLine:
        if figure.month is not None:
            note = _("This month so far %(amount)s") % {"amount": self._money(figure.month)}
        elif figure.yesterday is not None:
            note = _("Yesterday %(amount)s") % {"amount": self._money(figure.yesterday)}
        else:
            note = _("Tonight by the prices agreed, net of tax")
        change = "" if figure.change is None else self._money(figure.change, signed=True)
        return FigureLine(
            label=label,
            value=self._money(figure.tonight),
            note=note,
            change=change,
            rises=_rises(figure),
            figure=figure,
            spark_label=spark_label,
            anchor=anchor,
        )

    def _money(self, amount: Decimal | None, *, signed: bool = False) -> str:
        if amount is None:
            return "–"
        return formats.money(amount, currency=self.hotel.currency, decimals=0, signed=signed)

    @staticmethod
    def _percent(value: Decimal | None) -> str:
        return "–" if value is None else f"{value:.1f}%"

    @staticmethod
    def _points(value: Decimal | None) -> str:
        if value is None:
            return ""
        return _("%(points)s points") % {"points": formats.number(value, decimals=1, signed=True)}


def _rises(figure: Figure) -> bool:
    return figure.change is not None and figure.change >= 0
