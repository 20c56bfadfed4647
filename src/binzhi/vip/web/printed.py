"""What stands in the lobby, on the table and in the room: welcome board, seat cards, the general manager's letter."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel.errors import NotFound
from binzhi.people.duty import holders
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common
from binzhi.property.queries import HotelRef
from binzhi.vip import letters, services
from binzhi.vip.access import Permission
from binzhi.vip.queries import VisitView
from binzhi.vip.reception import GENERAL_MANAGER
from binzhi.vip.web import forms
from binzhi.vip.web.page import answer, visit_of
from binzhi.vip.web.papers import LANGUAGE, pdf_answer


def _day(hotel: HotelRef, at: datetime) -> str:
    local = hotel.local(at)
    return f"{local.year}年{local.month}月{local.day}日"


def _decided(request: StaffRequest, visit_id: int) -> VisitView:
    """Raises NotFound, for a visit without a level as well."""
    view = visit_of(request, visit_id)
    if view.line.run_id is None:
        raise NotFound(field="visit")
    return view


@require_GET
@screen(Permission.VIEW)
def board_pdf(request: StaffRequest, visit_id: int) -> HttpResponse:
    """The welcome board: no level, no room, for every guest can read it."""
    view, hotel = _decided(request, visit_id), hotel_of(request)
    data = {
        "hotel": hotel.name, "hotel_en": hotel.name_en, "title": view.line.title,
        "date": _day(hotel, view.line.arrival_at),
    }  # fmt: skip
    return pdf_answer("board", data, f"SP-{visit_id}")


@require_GET
@screen(Permission.VIEW)
def letter_pdf(request: StaffRequest, visit_id: int) -> HttpResponse:
    """The visit's own letter, else that of its level, with name and days filled in and the general manager's name."""
    view, hotel = _decided(request, visit_id), hotel_of(request)
    with translation.override(LANGUAGE):
        text = letter_of(view, hotel)
    signer = next((one.name for one in holders(hotel_id=hotel.pk, posts=[GENERAL_MANAGER])), "")
    data = {
        "hotel": hotel.name, "hotel_en": hotel.name_en, "signer": signer, "date": _day(hotel, view.line.arrival_at),
        "paragraphs": [line.strip() for line in text.split("\n") if line.strip()],
    }  # fmt: skip
    return pdf_answer("letter", data, f"HY-{visit_id}")


def letter_of(view: VisitView, hotel: HotelRef) -> str:
    line = view.line
    values = {
        "称呼": line.title, "酒店": hotel.name, "级别": line.level_name, "房号": line.room,
        "抵店": _day(hotel, line.arrival_at), "离店": _day(hotel, line.departure_at),
    }  # fmt: skip
    return letters.fill(view.letter or view.level_letter, values)


@require_GET
@screen(Permission.VIEW)
def seats_pdf(request: StaffRequest, visit_id: int, menu_id: int) -> HttpResponse:
    """The seat cards of a meal; while nobody is named, that of the guest alone."""
    view, hotel = _decided(request, visit_id), hotel_of(request)
    menu = next((one for one in view.menus if one["id"] == menu_id), None)
    if menu is None:
        raise NotFound(field="menu")
    names = [name.strip() for name in menu["seats"].split("\n") if name.strip()] or [view.line.title]
    meal = f"{hotel.local(menu['meal_at']):%Y-%m-%d %H:%M} {menu['private_room']}".strip()
    return pdf_answer("seats", {"hotel": hotel.name, "meal": meal, "names": names}, f"XW-{visit_id}-{menu_id}")


@require_POST
@screen(Permission.PLAN)
def write_letter(request: StaffRequest, visit_id: int) -> HttpResponse:
    """This visit's own words; emptied, the letter of the level stands again."""
    view, form = visit_of(request, visit_id), forms.LetterForm(request.POST, hotel=hotel_of(request))
    return answer(
        request, view, form,
        lambda: services.write_letter(visit_id=visit_id, letter=form.cleaned_data["letter"], **common(request)),
        done=_("The letter is kept."), part="printed",
    )  # fmt: skip


@require_POST
@screen(Permission.DRAFT_MENU)
def seats(request: StaffRequest, visit_id: int, menu_id: int) -> HttpResponse:
    """Who sits at the table."""
    view = visit_of(request, visit_id)
    if menu_id not in {one["id"] for one in view.menus}:
        raise NotFound(field="menu")
    form = forms.SeatsForm(request.POST, hotel=hotel_of(request), suffix=f"-{menu_id}")
    return answer(
        request, view, form,
        lambda: services.seat_guests(menu_id=menu_id, seats=form.cleaned_data["seats"], **common(request)),
        done=_("The seats are kept; the cards can be printed."), part="meals",
    )  # fmt: skip
