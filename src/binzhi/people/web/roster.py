"""The roster (排班表): a week of the house, filled by keys."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast, wants_part
from binzhi.people import duty, roster, services
from binzhi.people.access import Permission
from binzhi.people.services import DutyInput
from binzhi.people.web.gate import StaffRequest, hotel_of, screen
from binzhi.property.queries import HotelRef

PAGE, BOARD = "people/roster.html", "people/roster_board.html"
# What is set at once by keys: a department for a fortnight and more.
MOST = 500
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def day_of(text: str | None, default: date) -> date:
    """The day in an address; `default` for what is none, or of no century that a roster is made for."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return default
    return day if FIRST_DAY <= day <= LAST_DAY else default


def address(hotel: HotelRef, *, day: date, department: str = "") -> str:
    """The roster's page of the week with `day`, which is the day that a phone shows."""
    tail = f"&department={department}" if department else ""
    return f"{reverse('people:roster', args=[hotel.code])}?day={day}{tail}"


@screen(Permission.VIEW_ROSTER)
@require_GET
def week_screen(request: StaffRequest) -> HttpResponse:
    hotel = hotel_of(request)
    return render_screen(request, PAGE, board(request, hotel), part=BOARD)


def board(request: StaffRequest, hotel: HotelRef) -> dict[str, Any]:
    """What the page and the part of it that is polled need."""
    now = clock.now()
    today = hotel.local(now).date()
    day = day_of(request.GET.get("day"), today)
    departments = roster.departments(hotel_id=hotel.pk)
    asked = request.GET.get("department", "")
    department = asked if asked in dict(departments) else ""
    first = roster.monday_of(day)
    at_work = duty.on_duty(hotel_id=hotel.pk, at=now)
    manned = {one.department for one in at_work}
    shown = roster.week(hotel=hotel, first=first, department=department)
    return {
        "week": shown,
        "columns": [
            (column, one, address(hotel, day=one, department=department)) for column, one in enumerate(shown.days)
        ],
        "day": day,
        "day_column": day.weekday(),
        "today": today,
        "department": department,
        "departments": departments,
        "shifts": [one for one in roster.shifts(hotel_id=hotel.pk) if one.department in ("", department)]
        if department
        else roster.shifts(hotel_id=hotel.pk),
        "at_work": at_work,
        "unmanned": [label for code, label in departments if code not in manned],
        "before": address(hotel, day=day - timedelta(days=7), department=department),
        "after": address(hotel, day=day + timedelta(days=7), department=department),
        "here": address(hotel, day=day, department=department),
        "now_url": address(hotel, day=today, department=department),
        "may_plan": request.actor.may(Permission.PLAN_DUTY, hotel.pk),
    }


@screen(Permission.PLAN_DUTY)
@require_POST
def put(request: StaffRequest) -> HttpResponse:
    """What the keys ask: these people on these days on this shift, or off; the board as it is then."""
    hotel = hotel_of(request)
    status = 200
    try:
        done = _put(request, hotel)
        if done > 1:
            toast(request, ngettext("%(n)s duty changed", "%(n)s duties changed", done) % {"n": done})
    except DomainError as refusal:
        if isinstance(refusal, NotFound):
            raise
        status = refusal.status
        toast(request, refusal.text, state="late")
    context = board(request, hotel)
    if not wants_part(request):
        return go(request, context["here"])
    return render_screen(request, PAGE, context, part=BOARD, status=status)


def _put(request: StaffRequest, hotel: HotelRef) -> int:
    """How many duties there are to tell of."""
    staff, days = _selected(request)
    shift = request.POST.get("shift", "")
    common: dict[str, Any] = {"hotel_id": hotel.pk, "actor": request.actor, "now": clock.now()}
    if shift:
        made = services.put_on_duty(staff_ids=staff, days=days, duty=DutyInput(shift=shift), replace=True, **common)
        return len(made)
    planned = roster.duties_between(hotel=hotel, staff_ids=staff, days=days)
    if planned:
        services.take_off_duty(duty_ids=planned, **common)
    return len(planned)


def _selected(request: StaffRequest) -> tuple[list[int], list[date]]:
    """Each a list with commas. Raises NotFound for what no page of ours sends."""
    try:
        staff = [int(text) for text in request.POST.get("staff", "").split(",")]
        days = [date.fromisoformat(text) for text in request.POST.get("day", "").split(",")]
    except ValueError as error:
        raise NotFound from error
    if len(staff) * len(days) > MOST or max(staff) >= 2**63 or min(staff) < 0:
        raise NotFound
    return staff, days


@screen(Permission.PLAN_DUTY)
@require_POST
def copy(request: StaffRequest) -> HttpResponse:
    """The week before, once more."""
    hotel = hotel_of(request)
    day = day_of(request.GET.get("day"), hotel.local(clock.now()).date())
    department = request.GET.get("department", "")
    onto = roster.monday_of(day)
    try:
        made = services.copy_week(
            hotel_id=hotel.pk, first=onto - timedelta(days=7), onto=onto, department=department, actor=request.actor,
            now=clock.now(),
        )  # fmt: skip
        toast(request, _("Taken over from the week before: %(n)s duties") % {"n": made})
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    return go(request, address(hotel, day=day, department=department))
