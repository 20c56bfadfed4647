"""The reports on paper and as files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from binzhi.frontdesk.reports.sheets import Cell, Report, Sheet
from binzhi.kernel import paper
from binzhi.kernel.ui.formats import number
from binzhi.property.queries import HotelRef

TEMPLATE = "frontdesk/paper/audit_pack.typ"


def shown(value: Cell) -> str:
    """A cell as it is read: amounts with thousands, nothing where there is no figure."""
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return number(value, decimals=max(-int(value.as_tuple().exponent), 0) if value == value.to_integral() else 2)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def pack_pdf(*, hotel: HotelRef, business_date: date, reports: Sequence[Report], now: datetime) -> bytes:
    """One report, or all of them, as PDF in the active language."""
    title = reports[0].title if len(reports) == 1 else _("Night audit reports")
    return paper.pdf(
        TEMPLATE,
        {
            "hotel": hotel.label, "title": title, "number": business_date.isoformat(),
            "printed": hotel.local(now).strftime("%Y-%m-%d %H:%M"),
            "reports": [
                {"title": report.title, "sheets": [_sheet(sheet) for sheet in report.sheets]} for report in reports
            ],
        },
    )  # fmt: skip


def _sheet(sheet: Sheet) -> dict[str, object]:
    return {
        "title": sheet.title, "head": [str(column.label) for column in sheet.columns],
        "numbers": [column.is_number for column in sheet.columns], "wide": sheet.wide,
        "rows": [[shown(cell) for cell in row] for row in sheet.rows],
        "total": [shown(cell) if cell is not None else "" for cell in sheet.total], "note": sheet.note,
        "nothing": sheet.nothing, "marked": sorted(sheet.marked),
    }  # fmt: skip


def csv_rows(report: Report) -> Iterable[Sequence[Cell]]:
    """All tables of a report below one another, each with its head; figures as they are, for sums."""
    for place, sheet in enumerate(report.sheets):
        if place:
            yield ()
        if sheet.title:
            yield (sheet.title,)
        yield [str(column.label) for column in sheet.columns]
        yield from sheet.rows
        if sheet.total and sheet.rows:
            yield sheet.total
