"""Observing in three presses: who, which kind, what was seen. Kept on the phone without a network, never doubled."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_POST

from binzhi.guests import in_house
from binzhi.guests.access import Permission
from binzhi.guests.in_house import Present
from binzhi.guests.learning import Basis, Kind, Moment, Place
from binzhi.guests.naming import board_name
from binzhi.guests.observations.chips import Chip, chips_of
from binzhi.guests.observations.pictures import picture_bytes
from binzhi.guests.observations.queries import chip_counts
from binzhi.guests.observations.requests import Learnt, NewObservation, Recorded
from binzhi.guests.observations.services import TEXT_LIMIT, record_observation, take_back_observation
from binzhi.guests.preferences.rows import enough_for
from binzhi.guests.privacy import words
from binzhi.guests.queries import guest_card
from binzhi.kernel import clock, crypto
from binzhi.kernel.errors import DomainError, InvalidInput, NotFound
from binzhi.kernel.pictures import MOST_MEGABYTES, MOST_MEGAPIXELS, TooLarge
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.queries import department_of
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, next_url, once, press
from binzhi.property.queries import HotelRef

DAY, MOST_ID, EVENING = 24 * 3600, 2**63 - 1, 17
ICONS = {
    Kind.SLEEP: "bed", Kind.TEMPERATURE: "temperature", Kind.DRINK: "cup", Kind.FOOD: "dining", Kind.TABOO: "ban",
    Kind.COMPANY: "people", Kind.LIKING: "heart", Kind.RHYTHM: "bell",
}  # fmt: skip
# Where the people of a department see guests.
PLACES = {
    "housekeeping": Place.ROOM, "dining": Place.RESTAURANT, "front-office": Place.DESK, "security": Place.LOBBY,
    "recreation": Place.RECREATION,
}  # fmt: skip
_USUAL = {
    Place.RESTAURANT: Moment.MEAL, Place.DESK: Moment.ARRIVAL, Place.LOBBY: Moment.ARRIVAL, Place.CAR: Moment.ARRIVAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """The chips of one kind."""

    kind: Kind
    icon: str
    chips: list[tuple[Chip, int]]


@never_cache
@require_GET
@screen(Permission.OBSERVE)
def observe(request: StaffRequest) -> HttpResponse:
    """The page: whom (a guest named by id, or chosen among who is in the house), then what."""
    return render(request, "guests/observe.html", _context(request, _number(request.GET.get("guest", ""))))


def _context(request: StaffRequest, guest_id: int, *, refusal: DomainError | None = None) -> dict[str, Any]:
    hotel = hotel_of(request)
    here = in_house.everybody_here(hotel.pk)
    who, called = _who(hotel, guest_id, here)
    times = chip_counts(guest_id) if called else {}
    place = PLACES.get(department_of(request.actor.staff_id or 0), Place.ROOM)
    chips = chips_of(hotel.pk)
    return {
        "here": here,
        "who": who,
        "guest_id": guest_id if called else 0,
        "called": called,
        "groups": [
            Group(kind, ICONS[kind], [(chip, times.get(chip.code, 0)) for chip in chips if chip.kind == kind])
            for kind in Kind
        ],
        "places": Place.choices,
        "place": place,
        "moments": Moment.choices,
        "moment": _moment(hotel, place),
        "bases": Basis.choices,
        "enough": enough_for(hotel.pk),
        "limit": TEXT_LIMIT,
        "token": uuid.uuid4().hex,
        "refusal": refusal,
        "typed": request.POST,
        "back": next_url(request, ""),
        "keep": _keep_key(request),
    }


def _keep_key(request: StaffRequest) -> str:
    """What the phone seals unsent notes with: it comes with the page, for this person alone, and is not kept."""
    key = crypto.derived_key(f"observe:{hotel_of(request).pk}:{request.actor.user_id}")
    return base64.b64encode(key).decode()


def _who(hotel: HotelRef, guest_id: int, here: list[Present]) -> tuple[Present | None, str]:
    """The one it is about, and how they are called; nobody yet is ("", None)."""
    if not guest_id:
        return None, ""
    found = next((one for one in here if one.guest_id == guest_id), None)
    if found is not None:
        return found, found.called
    card = guest_card(group_id=hotel.group_id, guest_id=guest_id)
    return None, board_name(card.name, card.sex, card.marked)


def _moment(hotel: HotelRef, place: Place) -> Moment:
    if place == Place.ROOM:
        return Moment.TURNDOWN if hotel.local(clock.now()).hour >= EVENING else Moment.CLEANING
    return _USUAL.get(place, Moment.REQUEST)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and int(text) <= MOST_ID else 0


@require_POST
@screen(Permission.OBSERVE)
def record(request: StaffRequest) -> HttpResponse:
    """Note it. The phone's own queue asks for JSON, and sends again with the same token until it was answered."""
    try:
        answer, _repeated = once(request, lambda: _record(request))
    except NotFound:
        raise
    except DomainError as refusal:
        if _wants_json(request):
            return JsonResponse({"refused": refusal.text}, status=refusal.status)
        context = _context(request, _number(request.POST.get("guest", "")), refusal=refusal)
        return render(request, "guests/observe.html", context, status=refusal.status)
    hotel = hotel_of(request)
    toast(request, answer["words"], undo_url=reverse("guests:take_back", args=[hotel.code, answer["id"]]))
    for caution in answer["cautions"]:
        toast(request, caution, state="soon")
    if _wants_json(request):
        return JsonResponse({"html": render_to_string("ui/toasts_part.html", {}, request=request)}, status=201)
    default = f"{reverse('guests:observe', args=[hotel.code])}?guest={_number(request.POST.get('guest', ''))}"
    return go(request, next_url(request, default))


def _wants_json(request: StaffRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _record(request: StaffRequest) -> dict[str, Any]:
    posted = request.POST
    if posted.get("basis", Basis.SEEN) not in Basis.values:
        raise InvalidInput(field="basis", message=_("Say how you know."))
    observation = NewObservation(
        guest_id=_number(posted.get("guest", "")), chips=tuple(posted.getlist("chip")), text=posted.get("text", ""),
        place=posted.get("place", ""), moment=posted.get("moment", ""),
        basis=Basis(posted.get("basis", Basis.SEEN)), once=posted.get("once") == "1",
        picture=_picture(request.FILES.get("picture")),
    )  # fmt: skip
    if not observation.guest_id:
        raise InvalidInput(field="guest", message=_("Choose who it was."))
    made = record_observation(observation=observation, **common(request))
    return {
        "id": made.observation_id, "words": _words(made),
        "cautions": [f"{found.word}: {found.why}" for found in words.cautions_of(observation.text)],
    }  # fmt: skip


def _picture(file: UploadedFile[bytes] | None) -> bytes | None:
    if file is None or not file.size:
        return None
    if file.size > MOST_MEGABYTES * 2**20:
        raise TooLarge(megabytes=MOST_MEGABYTES, megapixels=MOST_MEGAPIXELS)
    return bytes(file.read())


def _words(made: Recorded) -> str:
    """What was noted and what came of it."""
    if not made.learnt:
        return _("Noted")
    sentences = [pgettext("observation", "Noted"), *(_learnt(one) for one in made.learnt)]
    return pgettext("between sentences", "; ").join(sentences)


def _learnt(one: Learnt) -> str:
    if one.never:
        text = _("to avoid: %(what)s") if one.state == "confirmed" else _("perhaps to avoid: %(what)s")
    elif one.passing:
        text = _("for this stay: %(what)s")
    elif one.state == "confirmed":
        text = _("a preference: %(what)s")
    else:
        text = _("perhaps a preference: %(what)s")
    return text % {"what": one.label}


@require_POST
@screen(Permission.OBSERVE)
def take_back(request: StaffRequest, observation_id: int) -> HttpResponse:
    """The undo of an observation."""
    back = reverse("guests:observe", args=[hotel_of(request).code])
    return press(
        request, lambda: take_back_observation(observation_id=observation_id, **common(request)),
        done=_("Taken back"), back=back,
    )  # fmt: skip


@require_GET
@cache_control(private=True, max_age=DAY)
@screen(Permission.VIEW)
def picture(request: StaffRequest, picture_id: int) -> HttpResponse:
    data = picture_bytes(group_id=hotel_of(request).group_id, picture_id=picture_id)
    return HttpResponse(data, content_type="image/jpeg", headers={"Content-Disposition": "inline"})
