"""The report of a shift on paper and as a table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from binzhi.billing.cashier.queries import MeansLine, ShiftReport
from binzhi.kernel import paper
from binzhi.kernel.csv import csv_file
from binzhi.kernel.ui.formats import number as amount
from binzhi.property.queries import HotelRef

TEMPLATE = "billing/paper/shift.typ"


def kind_words() -> dict[str, str]:
    """What passed through a shift, as a cashier says it."""
    return {
        "payment": _("Payment taken"), "refund": _("Refund"), "deposit": _("Deposit taken"),
        "deposit_refund": _("Deposit returned"), "paid_out": _("Laid out"), "exchange": _("Change for foreign cash"),
        "over_short": _("Over or short"), "drop": _("To the safe"), "receipt": _("Received from a company"),
        "reversal": _("Reversal"), "expense": _("The house's own cost"),
    }  # fmt: skip


def shift_pdf(*, hotel: HotelRef, report: ShiftReport, language: str, now: datetime) -> bytes:
    """The report with places for both signatures."""
    with override(language):
        return paper.pdf(TEMPLATE, shift_data(hotel, report, now))


def shift_data(hotel: HotelRef, report: ShiftReport, now: datetime) -> dict[str, object]:
    """What stands on the paper, in the active language."""
    shift, zone, words = report.shift, ZoneInfo(hotel.timezone), kind_words()

    def at(moment: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
        return moment.astimezone(zone).strftime(form) if moment else ""

    passed = [
        [
            at(one.posted_at, "%H:%M"), words.get(one.kind, one.kind), one.folio, one.means_label, one.description,
            amount(one.amount),
        ]
        for one in report.passed
    ]  # fmt: skip
    return {
        "hotel": hotel.label, "title": _("Cashier's shift report"), "number": f"{shift.pk}", "printed": at(now),
        "fields": [
            [pgettext("cashier", "Till"), shift.till], [pgettext("bill", "Cashier"), shift.cashier],
            [pgettext("cashier", "Opened"), at(shift.opened_at)], [pgettext("cashier", "Closed"), at(shift.closed_at)],
            [_("Business date"), str(shift.business_date)], [_("Opening float"), amount(shift.opening_float)],
        ],
        "head": [
            _("Means of payment"), _("Taken"), _("Given out"), _("To the safe"), pgettext("cashier", "By the books"),
            pgettext("cashier", "Counted"), _("Over or short"),
        ],
        "means": [_means(line) for line in report.means],
        "pieces": " · ".join(f"¥{face.normalize():f} × {pieces}" for face, pieces in report.pieces),
        "passed_head": [
            _("Time"), pgettext("cashier", "What"), _("Bill"), _("Means of payment"), _("Description"), _("Amount"),
        ],
        "passed": passed, "nothing": _("Nothing was taken in this shift."),
        "notes": [note for note in (shift.note,) if note],
        "signatures": [
            [_("Hands over"), shift.cashier, at(shift.closed_at)],
            [_("Takes over"), shift.next_cashier, at(shift.closed_at) if shift.next_id else ""],
            [_("Supervisor"), "", ""],
        ],
    }  # fmt: skip


def _means(line: MeansLine) -> list[str]:
    counted = [
        "" if value is None else amount(value, signed=signed)
        for value, signed in ((line.expected, False), (line.counted, False), (line.difference, True))
    ]
    dropped = amount(line.dropped)
    if line.dropped_notes:
        dropped = f"{dropped} ({line.code.partition(':')[2]} {amount(line.dropped_notes)})"
    return [line.label, amount(line.taken), amount(line.given), dropped, *counted]


def shift_csv(*, hotel: HotelRef, report: ShiftReport) -> HttpResponse:
    """Every posting of the shift, one a row."""
    zone, words = ZoneInfo(hotel.timezone), kind_words()
    head = [_("Time"), pgettext("cashier", "What"), _("Bill"), _("Means of payment"), _("Description"), _("Amount")]
    rows: list[list[Any]] = [
        [
            one.posted_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"), words.get(one.kind, one.kind), one.folio,
            one.means_label, one.description, one.amount,
        ]
        for one in report.passed
    ]  # fmt: skip
    return csv_file(f"shift-{report.shift.pk}", head, rows)
