"""A company's statement on paper, and the ageing as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from binzhi.billing.headings import Heading, headings_of
from binzhi.billing.receivables.queries import AgedRow, Movement, Statement
from binzhi.kernel import db, paper
from binzhi.kernel.csv import csv_file
from binzhi.kernel.ui.formats import money
from binzhi.kernel.ui.formats import number as amount
from binzhi.property.queries import HotelRef

TEMPLATE = "billing/paper/statement.typ"
_SELLER = "SELECT name, tax_no, bank_account, address_phone FROM billing_invoiceseller WHERE hotel_id = %s"


def statement_pdf(
    *, hotel: HotelRef, row: AgedRow, found: Statement, first: date, last: date, language: str, now: datetime
) -> bytes:
    """What a company gets: what stood before, what moved, what stands, and how old it is."""
    folio_ids = [one.folio_id for one in found.movements if one.folio_id]
    headings = headings_of(hotel_id=hotel.pk, folio_ids=folio_ids)
    with override(language):
        return paper.pdf(TEMPLATE, statement_data(hotel, row, found, first, last, headings, now))


def statement_data(
    hotel: HotelRef, row: AgedRow, found: Statement, first: date, last: date, headings: Mapping[int, Heading],
    now: datetime,
) -> dict[str, object]:  # fmt: skip
    """What stands on the paper, in the active language."""
    seller = db.fetch_one(_SELLER, [hotel.pk]) or {}
    return {
        "hotel": hotel.label, "title": _("Statement of account"), "number": row.code,
        "printed": now.astimezone(ZoneInfo(hotel.timezone)).strftime("%Y-%m-%d %H:%M"),
        "fields": [
            [pgettext("bill", "Company"), row.name], [pgettext("receivable", "Period"), f"{first} – {last}"],
            [_("Opening balance"), amount(found.opening)], [_("Terms"), _("%(n)s days") % {"n": row.days}],
        ],
        "head": [
            _("Date"), _("Item"), _("Guest and stay"), pgettext("receivable", "Taken over"),
            pgettext("receivable", "Paid"), _("Balance"),
        ],
        "lines": [_line(one, headings.get(one.folio_id or 0)) for one in found.movements],
        "sums": ["", "", _("In this period"), amount(found.debits), amount(found.credits), amount(found.closing)],
        "age_head": [
            _("0–30 days"), _("31–60 days"), _("61–90 days"), _("Over 90 days"), _("Paid, not used"),
            _("Balance due"),
        ],
        "ages": [
            amount(row.to_30), amount(row.to_60), amount(row.to_90), amount(row.older), amount(row.unused),
            money(row.balance, currency=hotel.currency),
        ],
        "nothing": _("Nothing moved in this period."),
        "bank": [
            [label, value]
            for label, value in (
                (_("Payee"), seller.get("name")), (pgettext("receivable", "Bank account"), seller.get("bank_account")),
                (_("Tax number"), seller.get("tax_no")), (_("Address and phone"), seller.get("address_phone")),
            )
            if value
        ],
        "signatures": [_("For the hotel"), _("Confirmed by the company")],
    }  # fmt: skip


def _line(one: Movement, heading: Heading | None) -> list[str]:
    kinds = {
        "payment": _("Bill"), "refund": _("Refund"), "receipt": pgettext("receivable", "Payment"),
        "write_off": _("Written off"), "reversal": _("Reversal"),
    }  # fmt: skip
    stay = " ".join(
        part
        for part in (
            heading.name if heading else "", heading.room if heading else "",
            _days(heading, one.business_date.year), one.description,
        )
        if part
    )  # fmt: skip
    what = f"{kinds.get(one.kind, one.kind)} {one.folio}".strip()
    debit, credit = (one.amount, None) if one.amount > 0 else (None, -one.amount)
    return [str(one.business_date), what, stay, *(_cell(part) for part in (debit, credit)), amount(one.balance)]


def _days(heading: Heading | None, year: int) -> str:
    """Days of a stay in one cell; without their year where the line's own date tells it."""
    if heading is None or heading.arrival is None or heading.departure is None:
        return ""
    days = (heading.arrival, heading.departure)
    return "–".join(f"{day:%m-%d}" if all(one.year == year for one in days) else str(day) for day in days)


def _cell(value: Decimal | None) -> str:
    return "" if value is None else amount(value)


def aged_csv(rows: Sequence[AgedRow], as_of: date) -> HttpResponse:
    """The ageing, one company a row."""
    head = [
        pgettext("cashier", "Code"), pgettext("bill", "Company"), _("0–30 days"), _("31–60 days"), _("61–90 days"),
        _("Over 90 days"),
        _("Paid, not used"), _("Balance"), _("Overdue"), _("Credit limit"), _("Days to pay"),
    ]  # fmt: skip
    return csv_file(
        f"receivables-{as_of}", head,
        (
            [
                row.code, row.name, row.to_30, row.to_60, row.to_90, row.older, row.unused, row.balance, row.overdue,
                row.limit, row.days,
            ]
            for row in rows
        ),
    )  # fmt: skip
