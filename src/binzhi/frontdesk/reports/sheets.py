"""A report as tables of cells: the page, the paper and the file are drawn from the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from binzhi.frontdesk.reports import reading
from binzhi.frontdesk.reports.kinds import Kind
from binzhi.frontdesk.reports.manager import manager_sheets
from binzhi.frontdesk.reports.trial import Line, trial_of
from binzhi.kernel.money import ZERO
from binzhi.property.queries import HotelRef
from binzhi.reservations.enums import Guarantee

Cell = str | int | date | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """`is_number`: right-aligned, and an amount where it is a Decimal. `places` of a figure that is no money."""

    label: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `links` are the reservations that rows are about, "" for none; `marks` the rows to look at."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    note: str = ""
    links: Sequence[str] = ()
    marked: frozenset[int] = frozenset()
    nothing: str = ""
    wide: int = 0

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The rows as the page draws them."""
        return [
            {
                "cells": self._told(row), "is_marked": place in self.marked,
                "link": self.links[place] if place < len(self.links) else "",
            }
            for place, row in enumerate(self.rows)
        ]  # fmt: skip

    @property
    def total_cells(self) -> list[tuple[Cell, bool]]:
        return self._told(self.total)

    def _told(self, row: Sequence[Cell]) -> list[tuple[Cell, bool]]:
        return [(value, column.is_number) for value, column in zip(row, self.columns, strict=True)]


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a day, ready to be drawn. `sheets` are empty when the day was closed without a pack."""

    kind: Kind
    business_date: date
    sheets: Sequence[Sheet] = field(default_factory=tuple)

    @property
    def title(self) -> str:
        return str(self.kind.label)


def report_of(*, hotel: HotelRef, business_date: date, kind: Kind) -> Report | None:
    """A report of a closed day in the active language, or None where there is none."""
    if kind is Kind.TRIAL:
        sheets = _trial(hotel, business_date)
        return Report(kind, business_date, sheets) if sheets else None
    data = reading.data_of(hotel_id=hotel.pk, business_date=business_date, kind=kind.value)
    return None if data is None else Report(kind, business_date, _BUILDERS[kind](hotel, data))


def text(label: str) -> Column:
    return Column(label)


def number(label: str) -> Column:
    return Column(label, is_number=True)


def _money(value: Any) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01")) if value is not None else ZERO


def _amount(value: Any) -> Decimal | None:
    return None if value is None else _money(value)


def _trial(hotel: HotelRef, business_date: date) -> list[Sheet]:
    lines = trial_of(hotel_id=hotel.pk, business_date=business_date)
    if not lines:
        return []
    names = {"folio": _("Guest ledger"), "deposit": _("Deposits held"), "receivable": _("City ledger")}
    kinds = {"means": _("Means of payment"), "revenue": _("Revenue"), "tax": _("Tax"), "house": _("The house's own")}
    own = {"revenue": reading.codes_of(hotel.pk), "means": reading.means_of(hotel.pk)}
    shown = [line for line in lines if line.kind in names or line.debit or line.credit or line.closing]
    rows = [
        (
            names.get(line.kind) or kinds.get(line.kind, line.kind),
            "" if line.kind in names else _named(line, own.get(line.kind, {})),
            line.opening, line.debit, line.credit, line.closing, line.kept,
        )
        for line in shown
    ]  # fmt: skip
    sums = [sum((getattr(line, name) for line in lines), ZERO) for name in ("opening", "debit", "credit", "closing")]
    wrong = frozenset(place for place, line in enumerate(shown) if line.difference)
    note = _("Opening + debit − credit = closing; all accounts together come to nothing. Debit is positive.")
    if wrong:
        note = _("A running balance is not what the ledger's lines come to: look into it before the next audit.")
    columns = (
        text(pgettext("ledger", "Account")), text(""), number(_("Opening")), number(pgettext("ledger", "Debit")),
        number(pgettext("ledger", "Credit")), number(_("Closing")), number(_("Running balance")),
    )  # fmt: skip
    return [Sheet("", columns, rows, (_("Total"), "", *sums, None), note, marked=wrong, wide=1)]


def _named(line: Line, names: Mapping[str, str]) -> str:
    name = names.get(line.code, line.name)
    return name if line.kind == "means" else f"{line.code} {name}"


def _rooms(hotel: HotelRef, data: dict[str, Any]) -> list[Sheet]:
    who = reading.who_is(hotel_id=hotel.pk, stays=[row[0] for row in data["rows"]])
    plans, types, codes = reading.plans_of(hotel.pk), reading.types_of(hotel.pk), reading.codes_of(hotel.pk)
    rows, links, net, tax = [], [], ZERO, ZERO
    for stay, room, kind, plan, night, of_net, of_tax in data["rows"]:
        person = who.get(stay)
        net, tax = net + _money(of_net), tax + _money(of_tax)
        rows.append((
            room, person.name if person else "", types.get(kind, kind), plans.get(plan, ""), night,
            _money(of_net), _money(of_tax), _money(of_net) + _money(of_tax),
        ))  # fmt: skip
        links.append(person.reservation if person else "")
    columns = (
        text(pgettext("bill", "Room")), text(_("Guest")), text(_("Room type")), text(_("Rate")), text(_("Night")),
        number(_("Net")), number(_("Tax")), number(_("Amount")),
    )  # fmt: skip
    total = (_("Total"), f"{len(rows)}", "", "", "", net, tax, net + tax)
    nothing = _("No room was charged")
    charged = Sheet(_("Charged by the night audit"), columns, rows, total, links=links, nothing=nothing, wide=1)
    others: list[tuple[Any, ...]] = [
        (f"{code} {codes.get(code, '')}", _kind(kind), count, _money(of_net), _money(of_tax))
        for code, kind, count, of_net, of_tax in data["others"]
    ]
    more = sum((row[3] for row in others), ZERO)
    heads = (text(_("Item")), text(_("Kind")), number(_("Postings")), number(_("Net")), number(_("Tax")))
    rest = Sheet(
        _("Everything else on the rooms' codes"), heads, others,
        (_("Room revenue of the day"), "", None, net + more, tax + sum((row[4] for row in others), ZERO)),
        nothing=_("Nothing else was posted"), wide=0,
    )  # fmt: skip
    return [charged, rest]


def _kind(kind: str) -> str:
    words = {
        "charge": pgettext("posting", "Charge"), "adjustment": _("Allowance"), "reversal": _("Reversal"),
        "refund": _("Refund"), "transfer": pgettext("posting", "Transfer"),
    }  # fmt: skip
    return words.get(kind, kind)


def _balances(hotel: HotelRef, data: dict[str, Any]) -> list[Sheet]:
    who = reading.who_is(hotel_id=hotel.pk, stays=[row[0] for row in data["rows"]])
    rows, links = [], []
    for stay, room, folio, owed, deposit, departure in data["rows"]:
        person = who.get(stay)
        rows.append((
            room or "", person.name if person else "", folio, departure or "", _money(owed), -_money(deposit),
            _money(owed) + _money(deposit),
        ))  # fmt: skip
        links.append(person.reservation if person else "")
    columns = (
        text(pgettext("bill", "Room")), text(_("Guest")), text(_("Bill")), text(_("Departure")),
        number(pgettext("report", "Owed")), number(_("Deposit")), number(_("Owed beyond the deposit")),
    )  # fmt: skip
    sums: list[Cell] = [_column_sum(rows, place) for place in (4, 5, 6)]
    total = (_("Total"), f"{len(rows)}", "", "", *sums)
    limit = _money(data["limit"])
    return [
        Sheet(
            "", columns, rows, total, _("Open bills that owe more than %(limit)s beyond their deposit.")
            % {"limit": f"{limit:,.2f}"}, links, nothing=_("No bill owes as much"), wide=1,
        )
    ]  # fmt: skip


def _no_shows(hotel: HotelRef, data: dict[str, Any]) -> list[Sheet]:
    who = reading.who_is(hotel_id=hotel.pk, stays=[row[0] for row in data["rows"]])
    types = reading.types_of(hotel.pk)
    rows: list[tuple[Cell, ...]] = [
        (
            reservation, who[stay].name if stay in who else "", types.get(kind, kind), arrival, departure,
            str(Guarantee(guarantee).label) if guarantee in Guarantee.values else guarantee, _money(fee),
        )
        for stay, reservation, kind, arrival, departure, guarantee, fee, _net in data["rows"]
    ]  # fmt: skip
    columns = (
        text(_("Reservation")), text(_("Guest")), text(_("Room type")), text(_("Arrival")), text(_("Departure")),
        text(_("Guarantee")), number(_("Fee")),
    )  # fmt: skip
    total = (_("Total"), f"{len(rows)}", "", "", "", "", _column_sum(rows, 6))
    others = _money(data["others"])
    note = _("Other fees of no-shows on this day, waived ones taken off: %(amount)s") % {"amount": f"{others:,.2f}"}
    links = [row[1] for row in data["rows"]]
    return [Sheet("", columns, rows, total, note if others else "", links, nothing=_("Everybody came"), wide=1)]


def _variance(hotel: HotelRef, data: dict[str, Any]) -> list[Sheet]:
    who = reading.who_is(hotel_id=hotel.pk, stays=[row[0] for row in data["rows"]])
    plans = reading.plans_of(hotel.pk)
    rows, links = [], []
    for stay, room, plan, asked, agreed in data["rows"]:
        person, paid = who.get(stay), _money(agreed)
        rows.append((
            room, person.name if person else "", plans.get(plan, ""), _amount(asked), paid,
            None if asked is None else paid - _money(asked),
        ))  # fmt: skip
        links.append(person.reservation if person else "")
    columns = (
        text(pgettext("bill", "Room")), text(_("Guest")), text(_("Rate")), number(_("The rate asks")),
        number(pgettext("price", "Agreed")), number(_("Difference")),
    )  # fmt: skip
    total = (_("Total"), f"{len(rows)}", "", _column_sum(rows, 3), _column_sum(rows, 4), _column_sum(rows, 5))
    note = _("The price agreed for the night against what its rate asks for it now, for the same people.")
    return [Sheet("", columns, rows, total, note, links, nothing=_("Every room pays what its rate asks"), wide=1)]


def _free(hotel: HotelRef, data: dict[str, Any]) -> list[Sheet]:
    who = reading.who_is(hotel_id=hotel.pk, stays=[row[0] for row in data["rows"]])
    leaves = reading.leaves(hotel_id=hotel.pk, ids=[row[3] for row in data["rows"]])
    kinds = {"comp": _("Free room"), "house": _("House use")}
    rows, links = [], []
    for stay, room, kind, free_id, asked in data["rows"]:
        person, leave = who.get(stay), leaves.get(free_id)
        rows.append((
            room, person.name if person else "", kinds.get(kind, _("Nobody's leave")), leave.reason if leave else "",
            leave.asked_by if leave else "", leave.decided_by if leave else "", _amount(asked),
        ))  # fmt: skip
        links.append(person.reservation if person else "")
    columns = (
        text(pgettext("bill", "Room")), text(_("Guest")), text(_("Kind")), text(_("Reason")), text(_("Asked by")),
        text(_("Approved by")), number(_("The rate asks")),
    )  # fmt: skip
    total = (_("Total"), f"{len(rows)}", "", "", "", "", _column_sum(rows, 6))
    wrong = frozenset(place for place, row in enumerate(data["rows"]) if row[3] is None)
    note = _("Left out of the average rate and counted apart.")
    if wrong:
        note = _("Some rooms cost nothing by nobody's leave; they count as sold.")
    return [Sheet("", columns, rows, total, note, links, wrong, _("No room cost nothing"), 1)]


def _column_sum(rows: Sequence[Sequence[Cell]], place: int) -> Decimal:
    return sum((value for row in rows if isinstance(value := row[place], Decimal)), ZERO)


def _manager(hotel: HotelRef, data: dict[str, Any]) -> list[Sheet]:
    names = reading.codes_of(hotel.pk), reading.means_of(hotel.pk)
    return [
        Sheet(
            title, [number(label) if is_number else text(label) for label, is_number in columns], rows, total, note,
            nothing=_("Nothing was posted"), wide=0,
        )
        for title, columns, rows, total, note in manager_sheets(data, codes=names[0], means=names[1])
    ]  # fmt: skip


_BUILDERS: dict[Kind, Callable[[HotelRef, dict[str, Any]], list[Sheet]]] = {
    Kind.MANAGER: _manager, Kind.ROOMS: _rooms, Kind.BALANCES: _balances, Kind.NO_SHOWS: _no_shows,
    Kind.VARIANCE: _variance, Kind.FREE: _free,
}  # fmt: skip
