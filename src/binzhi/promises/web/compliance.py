"""How well promises were kept, by department and clause, and by person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from binzhi.kernel import clock
from binzhi.kernel.csv import csv_file
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.promises.access import Permission
from binzhi.promises.queries import ComplianceRow, PersonRow, compliance, compliance_by_person
from binzhi.promises.queries.runs import departments_of
from binzhi.promises.web.wording import span_text

PAGE = "promises/compliance.html"
MONTH = timedelta(days=29)
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Department:
    """A department with its clauses and its people."""

    code: str
    label: str
    rows: Sequence[ComplianceRow]
    people: Sequence[PersonRow]

    @property
    def totals(self) -> Totals:
        return totals_of(self.rows)


@dataclass(frozen=True, slots=True)
class Totals:
    tasks: int
    in_time: int
    late: int
    open_late: int
    waived: int
    most_late: float

    @property
    def share(self) -> float | None:
        counted = self.in_time + self.late + self.open_late
        return None if not counted else 100 * self.in_time / counted


def totals_of(rows: Iterable[ComplianceRow]) -> Totals:
    found = list(rows)
    return Totals(
        tasks=sum(row.tasks for row in found), in_time=sum(row.in_time for row in found),
        late=sum(row.late for row in found), open_late=sum(row.open_late for row in found),
        waived=sum(row.waived for row in found), most_late=max((row.most_late for row in found), default=0),
    )  # fmt: skip


@require_GET
@screen(Permission.VIEW)
def compliance_screen(request: StaffRequest) -> HttpResponse:
    hotel, now = hotel_of(request), clock.now()
    first, last = _days(request, hotel.local(now).date())
    rows = compliance(hotel_id=hotel.pk, first=first, last=last, now=now)
    department = request.GET.get("department", "")
    if request.GET.get("export") == "csv":
        return _file(f"{hotel.code}-compliance-{first}-{last}", rows)
    people = compliance_by_person(hotel_id=hotel.pk, first=first, last=last, now=now)
    names = departments_of(hotel.pk)
    shown = [
        Department(
            code, label, [row for row in rows if row.department == code],
            [person for person in people if person.department == code],
        )
        for code, label in names
        if department in ("", code)
    ]  # fmt: skip
    context: dict[str, Any] = {
        "first": first, "last": last, "department": department, "names": names,
        "departments": [one for one in shown if one.rows],
        "totals": totals_of(row for one in shown for row in one.rows),
    }  # fmt: skip
    return render_screen(request, PAGE, context)


def _days(request: StaffRequest, today: date) -> tuple[date, date]:
    """The days asked for: thirty to today, never more than a year."""
    last = _day(request.GET.get("last"), today)
    first = _day(request.GET.get("first"), last - MONTH)
    first, last = min(first, last), max(first, last)
    return max(first, last - LONGEST), last


def _day(text: str | None, default: date) -> date:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return default
    # A day before the first year cannot be counted back from.
    return found if date(2000, 1, 1) <= found <= date(2200, 1, 1) else default


def _file(name: str, rows: Sequence[ComplianceRow]) -> HttpResponse:
    header = [
        _("Department"), _("Protocol"), _("Clause"), _("Task"), _("Tasks"), _("In time"), _("Late"), _("Still open"),
        _("Waived"), _("Compressed"), _("Climbed"), _("Late on average"), _("Latest"),
    ]  # fmt: skip
    lines = (
        (
            row.department_label, row.protocol, row.clause, row.title, row.tasks, row.in_time, row.late, row.open_late,
            row.waived, row.compressed, row.escalated, span_text(timedelta(seconds=row.mean_late)),
            span_text(timedelta(seconds=row.most_late)),
        )
        for row in rows
    )  # fmt: skip
    return csv_file(name, header, lines)
