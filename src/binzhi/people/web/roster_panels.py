"""Beside the roster: one person's day and absences, the shifts, who stands in for whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.idempotency import fingerprint_of, run_once
from binzhi.kernel.ui.htmx import go, render_screen, toast, wants_part
from binzhi.people import roster, services
from binzhi.people.access import Permission
from binzhi.people.web.gate import StaffRequest, hotel_of, screen
from binzhi.people.web.roster import address, board, day_of
from binzhi.people.web.roster_forms import OWN_TIMES, AbsenceForm, DeputiesForm, DutyForm, RosterForm, ShiftForm
from binzhi.property.queries import HotelRef

PAGE = "people/roster.html"
UNPROCESSABLE = 422


def _panel(
    request: StaffRequest, hotel: HotelRef, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """In the side panel; by its own address the roster stands beside it."""
    full = {"panel": part, "token": uuid.uuid4().hex, **context}
    if not wants_part(request):
        full = board(request, hotel) | full
    return render_screen(request, PAGE, full, part=part, status=status)


def _submit(request: StaffRequest, hotel: HotelRef, form: RosterForm, write: Callable[[], object], words: str) -> bool:
    """Write once per token; False leaves the refusal at its field."""
    if not form.is_valid():
        return False

    def work() -> dict[str, Any]:
        write()
        return {}

    key = request.POST.get("idempotency_key", "")
    content = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    try:
        if key:
            run_once(
                caller=f"user:{request.actor.user_id}:{hotel.pk}", key=key,
                fingerprint=fingerprint_of(request.path, content), work=work,
            )  # fmt: skip
        else:
            work()
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return False
    toast(request, words)
    return True


def _common(request: StaffRequest, hotel: HotelRef) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": request.actor, "now": clock.now()}


# ---------------------------------------------------------------- one person


@screen(Permission.PLAN_DUTY)
@require_http_methods(["GET", "POST"])
def person(request: StaffRequest, staff_id: int) -> HttpResponse:
    """One person's day: the shift, acting, the same for a stretch of days. A POST replaces what began on those days."""
    hotel = hotel_of(request)
    day = day_of(request.GET.get("day"), hotel.local(clock.now()).date())
    someone = roster.person_week(hotel=hotel, staff_id=staff_id, first=roster.monday_of(day))
    form = _duty_form(hotel, someone.cells[day.weekday()], request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if _submit(request, hotel, form, lambda: _plan(request, hotel, staff_id, form), _("The roster is changed.")):
            return go(request, address(hotel, day=day, department=request.GET.get("department", "")))
        return _person_panel(request, hotel, someone, day, duty_form=form, status=UNPROCESSABLE)
    return _person_panel(request, hotel, someone, day, duty_form=form)


def _duty_form(hotel: HotelRef, cell: roster.Cell, posted: Any) -> DutyForm:
    planned = cell.duties[0] if cell.duties else None
    initial: dict[str, Any] = {"shift": "", "until": cell.day}
    if planned:
        initial |= {"shift": planned.shift or OWN_TIMES, "starts": planned.starts, "ends": planned.ends}
        initial["acting_post"] = planned.acting_post
    return DutyForm(
        posted, day=cell.day, shifts=roster.shifts(hotel_id=hotel.pk), posts=roster.posts(hotel_id=hotel.pk),
        initial=initial,
    )  # fmt: skip


def _plan(request: StaffRequest, hotel: HotelRef, staff_id: int, form: DutyForm) -> None:
    duty = form.duty()
    if duty is not None:
        services.put_on_duty(staff_ids=[staff_id], days=form.days, duty=duty, replace=True, **_common(request, hotel))
        return
    planned = roster.duties_between(hotel=hotel, staff_ids=[staff_id], days=form.days)
    if planned:
        services.take_off_duty(duty_ids=planned, **_common(request, hotel))


def _person_panel(
    request: StaffRequest, hotel: HotelRef, someone: roster.Person, day: date, *, duty_form: DutyForm,
    absence_form: AbsenceForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "someone": someone,
        "cell": someone.cells[day.weekday()],
        "duty_form": duty_form,
        "absence_form": absence_form or AbsenceForm(initial={"first": day, "last": day, "kind": "leave"}),
        "back": address(hotel, day=day, department=request.GET.get("department", "")),
        "now": clock.now(),
    }
    return _panel(request, hotel, "people/roster_person.html", context, status=status)


@screen(Permission.PLAN_DUTY)
@require_POST
def absence(request: StaffRequest, staff_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    day = day_of(request.GET.get("day"), hotel.local(clock.now()).date())
    someone = roster.person_week(hotel=hotel, staff_id=staff_id, first=roster.monday_of(day))
    form = AbsenceForm(request.POST)

    def write() -> int:
        given = form.absence(ZoneInfo(hotel.timezone))
        return services.note_absence(staff_id=staff_id, absence=given, **_common(request, hotel))

    if _submit(request, hotel, form, write, _("%(name)s is noted as away.") % {"name": someone.name}):
        return go(request, address(hotel, day=day, department=request.GET.get("department", "")))
    duty_form = _duty_form(hotel, someone.cells[day.weekday()], None)
    return _person_panel(
        request, hotel, someone, day, duty_form=duty_form, absence_form=form, status=UNPROCESSABLE
    )  # fmt: skip


@screen(Permission.PLAN_DUTY)
@require_POST
def back_at_work(request: StaffRequest, absence_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    day = day_of(request.GET.get("day"), hotel.local(clock.now()).date())
    services.end_absence(absence_id=absence_id, **_common(request, hotel))
    toast(request, _("The absence is ended."))
    return go(request, address(hotel, day=day))


# ---------------------------------------------------------------- what the roster is made of


@screen(Permission.PLAN_DUTY)
@require_http_methods(["GET", "POST"])
def shifts(request: StaffRequest) -> HttpResponse:
    """All shifts; the form makes one or changes the one of its key."""
    hotel = hotel_of(request)
    known = roster.shifts(hotel_id=hotel.pk, with_inactive=True)
    departments = roster.departments(hotel_id=hotel.pk)
    chosen = next((shift for shift in known if shift.code == request.GET.get("code")), None)
    names = ("code", "name", "name_en", "starts", "ends", "department", "is_active")
    initial = {name: getattr(chosen, name) for name in names} if chosen else None
    form = ShiftForm(request.POST if request.method == "POST" else None, departments=departments, initial=initial)

    def write() -> int:
        return services.set_shift(code=form.cleaned_data["code"], shift=form.shift(), **_common(request, hotel))

    if request.method == "POST" and _submit(request, hotel, form, write, _("The shift is saved.")):
        return go(request, address(hotel, day=_day(request, hotel)))
    context = {
        "all_shifts": known, "shift_form": form, "chosen": chosen, "back": address(hotel, day=_day(request, hotel)),
        "department_names": dict(departments),
    }  # fmt: skip
    return _panel(request, hotel, "people/roster_shifts.html", context, status=_status(request, form))


@screen(Permission.PLAN_DUTY)
@require_http_methods(["GET", "POST"])
def deputies(request: StaffRequest) -> HttpResponse:
    """Who stands in for which post; `post` in the address opens its form."""
    hotel = hotel_of(request)
    posts = roster.posts(hotel_id=hotel.pk)
    wanted = request.POST.get("post") or request.GET.get("post")
    chosen = next((post for post in posts if post.code == wanted), None)
    initial: dict[str, Any] = {}
    if chosen:
        initial = {"post": chosen.code, **dict(zip(DeputiesForm.places, chosen.deputies, strict=False))}
    form = DeputiesForm(request.POST if request.method == "POST" else None, posts=posts, initial=initial)

    def write() -> None:
        given = form.deputies()
        services.set_deputies(post=form.cleaned_data["post"], deputies=given, **_common(request, hotel))

    if request.method == "POST" and _submit(request, hotel, form, write, _("The order is saved.")):
        return go(request, address(hotel, day=_day(request, hotel)))
    labels = {post.code: post.label for post in posts}
    context = {
        "chosen": chosen, "deputies_form": form, "back": address(hotel, day=_day(request, hotel)),
        "lines": [(post, [labels[code] for code in post.deputies]) for post in posts if post.grade > 1],
    }  # fmt: skip
    return _panel(request, hotel, "people/roster_deputies.html", context, status=_status(request, form))


def _day(request: StaffRequest, hotel: HotelRef) -> date:
    return day_of(request.GET.get("day"), hotel.local(clock.now()).date())


def _status(request: StaffRequest, form: RosterForm) -> int:
    return UNPROCESSABLE if request.method == "POST" and form.errors else 200
