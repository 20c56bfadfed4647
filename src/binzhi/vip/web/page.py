"""One visit: who comes, on which level, what is prepared; and how every form of the page is answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from binzhi.guests.privacy.warning import warn_of
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, status_of
from binzhi.promises.queries.runs import departments_of
from binzhi.property.queries import HotelRef
from binzhi.vip import queries, services
from binzhi.vip.access import Permission
from binzhi.vip.enums import Route, VisitStatus
from binzhi.vip.letters import STANDARD
from binzhi.vip.queries import VisitView, visit_view
from binzhi.vip.requests import VisitDetails
from binzhi.vip.web import forms
from binzhi.vip.web.after import after_of
from binzhi.vip.web.wording import Shown, shown

PAGE = "vip/visit.html"
ENDED = (VisitStatus.GONE, VisitStatus.CANCELLED)
DAY = timedelta(days=1)


@require_GET
@screen(Permission.VIEW)
def visit_screen(request: StaffRequest, visit_id: int) -> HttpResponse:
    return render_screen(request, PAGE, context_of(request, visit_of(request, visit_id)))


def visit_of(request: StaffRequest, visit_id: int) -> VisitView:
    """Raises NotFound."""
    return visit_view(hotel_id=hotel_of(request).pk, visit_id=visit_id, now=clock.now())


def page_of(request: StaffRequest, visit_id: int, part: str = "") -> str:
    url = reverse("vip:visit", args=[hotel_of(request).code, visit_id])
    return f"{url}#{part}" if part else url


def routes_of(request: StaffRequest) -> list[tuple[str, str]]:
    """The routes to a level that this colleague may take."""
    hotel = hotel_of(request)
    rights = {Route.OWNER: Permission.ASK_FOR_OWNER, Route.KEY_ACCOUNT: Permission.ASK_FOR_KEY_ACCOUNT}
    return [(route.value, str(route.label)) for route, right in rights.items() if request.actor.may(right, hotel.pk)]


def levels_of(hotel: HotelRef, current: str) -> list[tuple[str, str]]:
    """Levels in use but the one it has, the lowest first."""
    found = queries.levels(hotel_id=hotel.pk)
    return [(one.code, one.label) for one in found if one.is_active and one.code != current]


def context_of(request: StaffRequest, view: VisitView, refused: forms.VisitForm | None = None) -> dict[str, Any]:
    """The whole page; a form that was refused stands in it as it was filled in."""
    hotel, now = hotel_of(request), clock.now()
    may = {right.name.lower(): request.actor.may(right, hotel.pk) for right in Permission}
    words: Shown = shown(view, hotel, now)
    return {
        "view": view,
        "line": view.line,
        "words": words,
        "may": may,
        "open": view.line.status not in ENDED,
        "live": view.line.run_id is not None and view.line.status not in ENDED,
        "in_house": view.line.status == VisitStatus.IN_HOUSE,
        "may_depart": view.line.status == VisitStatus.GONE
        or (view.line.status == VisitStatus.IN_HOUSE and view.line.departure_at <= now),
        "forms": _forms(request, view, hotel, now, refused),
        "refused": refused.key if refused else "",
        # Above the page: by now the form may have no place on it any more.
        "refusals": list(refused.non_field_errors()) if refused else [],
        "after": after_of(view, hotel, now),
        "menus": _menus(view, hotel, refused),
        "cards": _cards(view, hotel, refused),
    }


def _forms(
    request: StaffRequest, view: VisitView, hotel: HotelRef, now: datetime, refused: forms.VisitForm | None
) -> dict[str, forms.VisitForm]:
    line = view.line
    departments, levels = departments_of(hotel.pk), levels_of(hotel, line.level)
    fresh: list[forms.VisitForm] = [
        forms.DetailsForm(hotel=hotel, initial={
            "title": line.title, "party_size": view.party_size, "needs": view.needs, "cautions": view.cautions,
        }),
        forms.MoveForm(hotel=hotel, initial={"arrival_at": line.arrival_at, "departure_at": line.departure_at}),
        forms.CancelForm(hotel=hotel), forms.BreakForm(hotel=hotel),
        forms.LevelForm(hotel=hotel, levels=levels),
        forms.AskForm(hotel=hotel, levels=levels, routes=routes_of(request)),
        forms.DecideForm(hotel=hotel),
        forms.MeetingForm(hotel=hotel, departments=departments, initial={"held_at": now}),
        forms.MealForm(hotel=hotel), forms.OrderForm(hotel=hotel, initial={"needed_by": line.arrival_at}),
        forms.EventForm(hotel=hotel, departments=departments), forms.WishForm(hotel=hotel),
        forms.FeedbackForm(hotel=hotel),
        forms.LetterForm(hotel=hotel, initial={"letter": view.letter or view.level_letter or STANDARD}),
    ]  # fmt: skip
    found = {form.key: form for form in fresh}
    if refused is not None:
        found[refused.key] = refused
    return found


def _menus(view: VisitView, hotel: HotelRef, refused: forms.VisitForm | None) -> list[dict[str, Any]]:
    """Meals with their forms."""
    found = []
    for menu in view.menus:
        suffix = f"-{menu['id']}"
        fresh: list[forms.VisitForm] = [
            forms.DraftForm(hotel=hotel, suffix=suffix, initial={"dishes": menu["dishes"]}),
            forms.MoveMealForm(hotel=hotel, suffix=suffix, initial={"meal_at": menu["meal_at"]}),
            forms.SeatsForm(hotel=hotel, suffix=suffix, initial={"seats": menu["seats"]}),
        ]
        draft, move, seats = (refused if refused and refused.key == form.key else form for form in fresh)
        found.append(
            menu | {"draft": draft, "move": move, "seating": seats, "seated": "、".join(menu["seats"].split("\n"))}
        )
    return found


def _cards(view: VisitView, hotel: HotelRef, refused: forms.VisitForm | None) -> list[dict[str, Any]]:
    found = []
    for card in view.cards:
        form: forms.VisitForm = forms.HandOverForm(hotel=hotel, suffix=f"-{card['purpose']}")
        found.append(card | {"form": refused if refused and refused.key == form.key else form})
    return found


# ---------------------------------------------------------------- answering a form


def answer(
    request: StaffRequest, view: VisitView, form: forms.VisitForm, work: Callable[[], object], *, done: str, part: str
) -> HttpResponse:
    """Do what a form of the page asks and say so; refused, the page comes back with the form as it was filled in."""
    if not form.is_valid():
        return render_screen(request, PAGE, context_of(request, view, form), status=422)
    try:
        once(request, work)
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return render_screen(request, PAGE, context_of(request, view, form), status=status_of(refusal))
    toast(request, done)
    warn_of(request, *form.cleaned_data.values())
    return go(request, page_of(request, view.line.id, part))


def press(request: StaffRequest, view: VisitView, work: Callable[[], object], *, done: str, part: str) -> HttpResponse:
    """One press without a form: done, or why not, on the page again."""
    try:
        once(request, work)
        toast(request, done)
    except NotFound:
        raise
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    return go(request, page_of(request, view.line.id, part))


# ---------------------------------------------------------------- the visit itself


@require_POST
@screen(Permission.PROPOSE)
def edit(request: StaffRequest, visit_id: int) -> HttpResponse:
    """How the guest is addressed, how many come, needs and cautions."""
    view, form = visit_of(request, visit_id), forms.DetailsForm(request.POST, hotel=hotel_of(request))
    return answer(
        request, view, form,
        lambda: services.update_visit(visit_id=visit_id, details=VisitDetails(**form.cleaned_data), **common(request)),
        done=_("Saved. A notice that went out says what it said: issue another."), part="who",
    )  # fmt: skip


@require_POST
@screen(Permission.PLAN)
def move(request: StaffRequest, visit_id: int) -> HttpResponse:
    """The guest comes or leaves at another time."""
    view, form = visit_of(request, visit_id), forms.MoveForm(request.POST, hotel=hotel_of(request))
    return answer(
        request, view, form,
        lambda: services.move_arrival(visit_id=visit_id, **_moved(form, view), **common(request)),
        done=_("Moved. Every open task moved along; whoever had seen one is told again."), part="who",
    )  # fmt: skip


def _moved(form: forms.VisitForm, view: VisitView) -> dict[str, Any]:
    """A time that stands as it was shown stays as it is to the second."""
    known = {"arrival_at": view.line.arrival_at, "departure_at": view.line.departure_at}
    given = form.cleaned_data
    return {
        name: known[name] if given[name] == known[name].replace(second=0, microsecond=0) else given[name]
        for name in known
    }


@require_POST
@screen(Permission.PLAN)
def cancel(request: StaffRequest, visit_id: int) -> HttpResponse:
    view, form = visit_of(request, visit_id), forms.CancelForm(request.POST, hotel=hotel_of(request))
    return answer(
        request, view, form,
        lambda: services.cancel_visit(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("Cancelled. Whoever had a task of it is told."), part="",
    )  # fmt: skip
