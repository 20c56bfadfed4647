"""Recognition: a page for the phone of whoever meets guests, the card, and where it shows by itself."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.frontdesk.recognition import card as cards
from binzhi.frontdesk.recognition.card import Line, Recognition
from binzhi.guests.access import Permission
from binzhi.guests.learning import Outcome
from binzhi.guests.observations.pictures import picture_bytes
from binzhi.guests.observations.queries import noted_of
from binzhi.guests.recognition.seven import SEVEN_NOT_TO_ASK
from binzhi.kernel import clock
from binzhi.kernel.errors import NotFound
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.promises.queries import Card
from binzhi.promises.web.parts import Part, register_strip, register_task_part
from binzhi.property.queries import HotelRef
from binzhi.reservations.enums import Status

PAGE, PART = "frontdesk/recognition.html", "frontdesk/recognition_list.html"
MOST_ARRIVED, MOST_NOTED, DAY = 6, 100, 24 * 3600
ASKED = "asked-pleased"


def register() -> None:
    register_strip(arrived)
    register_task_part(for_whom)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.RECOGNISE)
def recognition(request: StaffRequest) -> HttpResponse:
    """Who is here, who arrives, who has breakfast; what is typed (a room, a name) comes by POST and stays out of
    addresses."""
    hotel, now = hotel_of(request), clock.now()
    show = request.GET.get("show", "")
    found = cards.arriving(hotel=hotel, now=now) if show == "arriving" else cards.in_house(hotel=hotel, now=now)
    if show == "breakfast":
        found = _at_breakfast(hotel, found)
    text = request.POST.get("q", "").strip()
    if text:
        found = [line for line in found if _is_meant(line, text)]
    context = {"lines": found, "q": text, "show": show, "segments": _segments(request, show)}
    return render_screen(request, PAGE, context, part=PART)


def _segments(request: StaffRequest, show: str) -> list[dict[str, Any]]:
    words = (("", _("In house")), ("arriving", _("Arriving today")), ("breakfast", _("Breakfast")))
    return [{"label": label, "url": f"?show={key}" if key else "?", "on": key == show} for key, label in words]


def _at_breakfast(hotel: HotelRef, found: list[Line]) -> list[Line]:
    """Who slept here, those first whom the restaurant knows something of."""
    slept = [line for line in found if line.arrival < hotel.business_date]
    return sorted(slept, key=lambda line: not _is_known_there(line))


def _is_known_there(line: Line) -> bool:
    return bool(line.last_order) or any(one.department == "dining" for one in line.known)


def _is_meant(line: Line, text: str) -> bool:
    """A room begins with it, or it is part of the name or begins a word of its reading."""
    plain = text.casefold()
    reading = line.guest.marked.casefold()
    return line.room.startswith(text) or plain in line.guest.name.casefold() or plain in _unmarked(reading)


def _unmarked(reading: str) -> str:
    """Xǔ Wénjìng as one types it: xuwenjing."""
    letters = unicodedata.normalize("NFD", reading)
    return "".join(letter for letter in letters if letter.isalnum())


@never_cache
@require_GET
@screen(Permission.RECOGNISE)
def recognition_card(request: StaffRequest, stay: int) -> HttpResponse:
    """The card of one stay."""
    hotel = hotel_of(request)
    found = cards.recognition(hotel=hotel, stay_id=stay, now=clock.now())
    back = reverse("frontdesk:recognition", args=[hotel.code])
    return render(request, "frontdesk/recognition_card.html", card_context(request, found) | {"back": back})


@require_GET
@cache_control(private=True, max_age=DAY)
@screen(Permission.RECOGNISE)
def noted_picture(request: StaffRequest, stay: int, picture_id: int) -> HttpResponse:
    """A picture that says how something is to be prepared for a stay, for whoever prepares it."""
    hotel = hotel_of(request)
    found = cards.recognition(hotel=hotel, stay_id=stay, now=clock.now())
    wishes = [one.id for one in (*found.wants, *found.avoids)]
    noted = noted_of(group_id=hotel.group_id, preference_ids=wishes, limit=MOST_NOTED)
    if picture_id not in {one.picture_id for one in noted}:
        raise NotFound(field="photo")
    data = picture_bytes(group_id=hotel.group_id, picture_id=picture_id)
    return HttpResponse(data, content_type="image/jpeg", headers={"Content-Disposition": "inline"})


def card_context(request: StaffRequest, found: Recognition) -> dict[str, Any]:
    """What the card needs, wherever it stands."""
    hotel_id = hotel_of(request).pk
    return {
        "found": found, "seven": SEVEN_NOT_TO_ASK, "outcomes": Outcome.choices,
        "may_observe": request.actor.may(Permission.OBSERVE, hotel_id),
        "may_open": request.actor.may(Permission.VIEW, hotel_id),
    }  # fmt: skip


def card_for_desk(request: StaffRequest, stay_id: int) -> dict[str, Any] | None:
    """For the check-in screen; None without the right, or when the guest has no file yet."""
    hotel = hotel_of(request)
    if not request.actor.may(Permission.RECOGNISE, hotel.pk):
        return None
    try:
        return card_context(request, cards.recognition(hotel=hotel, stay_id=stay_id, now=clock.now()))
    except NotFound:
        return None


# ---------------------------------------------------------------- where it shows by itself


def arrived(request: StaffRequest) -> Part | None:
    """Above the boards of all departments: who has just come, the card a press away."""
    hotel = hotel_of(request)
    if not request.actor.may(Permission.RECOGNISE, hotel.pk):
        return None
    lines = cards.just_arrived(hotel=hotel, now=clock.now(), most=MOST_ARRIVED)
    if not lines:
        return None
    return Part("frontdesk/_arrived.html", {"lines": lines}, [(line.stay_id, line.room) for line in lines])


def for_whom(request: StaffRequest, card: Card) -> Part | None:
    """On the page of a task of a stay: whom it is for; where it asks whether it pleased, the answers to press."""
    hotel = hotel_of(request)
    if card.subject != "stay" or not request.actor.may(Permission.RECOGNISE, hotel.pk):
        return None
    try:
        found = cards.recognition(hotel=hotel, stay_id=card.subject_id, now=clock.now())
    except NotFound:
        return None
    if found.status not in (Status.RESERVED, Status.IN_HOUSE, Status.CHECKED_OUT):
        return None
    reasons = cards.behind(found, card.key)
    context = card_context(request, found) | {
        "asks": card.key == ASKED,
        "reasons": reasons,
        "others": [one for one in found.wants if one not in reasons],
        "noted": noted_of(group_id=hotel.group_id, preference_ids=[one.id for one in reasons]),
    }
    return Part("frontdesk/_for_whom.html", context, None)
