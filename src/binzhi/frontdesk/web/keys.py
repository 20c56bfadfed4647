"""Key cards: those of a stay in the side panel, the log of all, the lock system."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.keys import services
from binzhi.frontdesk.keys.queries import keys, lock_system
from binzhi.frontdesk.keys.sending import PARTNER
from binzhi.frontdesk.keys.services import LocksInput
from binzhi.frontdesk.queries.stay import StayCard, stay_card
from binzhi.frontdesk.web.forms import text
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.connecting import Setting, connect, key_field
from binzhi.people.web.posting import UNPROCESSABLE, common, once, press, status_of


class MakeForm(OperationForm):
    """How many cards; where no lock system is connected, that they were made at its own station."""

    count = forms.IntegerField(label=gettext_lazy("Cards"), initial=1)
    by_hand = forms.BooleanField(label=gettext_lazy("Made at the lock system's own station"), required=False)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.MAKE_KEYS)
def of_stay(request: StaffRequest, stay: int) -> HttpResponse:
    """The cards of a stay; a POST makes more. The panel asks again while one is being written."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    form = MakeForm(request.POST or None)
    if request.method != "POST":
        return _panel(request, card, MakeForm(initial=_initial(request, card)))
    if not form.is_valid():
        return _panel(request, card, form, status=UNPROCESSABLE)
    data = form.cleaned_data
    try:
        once(
            request,
            lambda: {
                "keys": services.make_keys(
                    room_reservation_id=stay, count=data["count"], by_hand=data["by_hand"], **common(request)
                )
            },
        )
    except DomainError as refusal:
        form.refuse(refusal)
        return _panel(request, card, form, status=status_of(refusal))
    toast(request, _("%(room)s: noted") % {"room": card.room} if data["by_hand"] else _("The card is being written"))
    return go(request, reverse("frontdesk:stay_keys", args=[hotel.code, stay]))


def _initial(request: StaffRequest, card: StayCard) -> dict[str, Any]:
    connected = bool(lock_system(hotel_id=hotel_of(request).pk).provider_url)
    return {"count": 1 if keys(hotel_id=hotel_of(request).pk, room_reservation_id=card.id) else max(card.adults, 1),
            "by_hand": not connected}  # fmt: skip


def _panel(request: StaffRequest, card: StayCard, form: MakeForm, *, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    rows = keys(hotel_id=hotel.pk, room_reservation_id=card.id)
    context = {
        "card": card, "form": form, "rows": rows, "waits": any(row.waits for row in rows) and request.method == "GET",
        "locks": lock_system(hotel_id=hotel.pk), "may_make": card.status == "in_house",
        "silent": any(row.waits and row.attempts > 1 for row in rows),
    }  # fmt: skip
    part = "frontdesk/keys_panel.html"
    return render_screen(request, "frontdesk/keys_stay.html", context, part=part, status=status)


def after_check_in(request: StaffRequest, stay: int) -> str:
    """Where to go when somebody is in: to the cards where a lock system writes them, else to the next arrival."""
    hotel = hotel_of(request)
    if request.actor.may(Permission.MAKE_KEYS, hotel.pk) and lock_system(hotel_id=hotel.pk).provider_url:
        return reverse("frontdesk:stay_keys", args=[hotel.code, stay])
    return reverse("frontdesk:arrivals", args=[hotel.code])


@require_POST
@screen(Permission.MAKE_KEYS)
def void(request: StaffRequest, key_id: int) -> HttpResponse:
    """One card opens nothing any more."""
    hotel = hotel_of(request)

    def work() -> None:
        services.void_key(key_id=key_id, reason=request.POST.get("reason", ""), **common(request))

    return press(
        request, work, done=_("The card opens nothing any more"), back=reverse("frontdesk:keys", args=[hotel.code])
    )


@never_cache
@require_GET
@screen(Permission.MAKE_KEYS)
def log(request: StaffRequest) -> HttpResponse:
    """Who made which card for which door, newest first."""
    hotel = hotel_of(request)
    words = {
        "all": pgettext("keys", "All"),
        "open": _("Open a door"),
        "waiting": pgettext("keys", "Waiting"),
        "lost": pgettext("keys", "Lost"),
    }
    state = request.GET.get("state", "all")
    state = state if state in words else "all"
    room = request.GET.get("room", "").strip()[:10].replace("\0", "")
    context = {
        "rows": keys(hotel_id=hotel.pk, room=room, state=state), "room": room, "state": state,
        "segments": [{"label": label, "url": f"?state={key}", "on": state == key} for key, label in words.items()],
        "locks": lock_system(hotel_id=hotel.pk), "may_set": request.actor.may(Permission.SET_LOCKS, hotel.pk),
    }  # fmt: skip
    return render_screen(request, "frontdesk/keys.html", context)


class LocksForm(OperationForm):
    """The lock system."""

    provider_url = text(gettext_lazy("Lock system's address"))
    provider_key = key_field(gettext_lazy("Lock system's key"))
    most_cards = forms.IntegerField(label=gettext_lazy("Most cards of a stay"))
    grace_minutes = forms.IntegerField(label=gettext_lazy("Minutes a card opens after check-out time"))


SETTING = Setting(
    partner=PARTNER, done="frontdesk:keys", said=gettext_lazy("Saved"),
    by_hand=gettext_lazy("Empty: cards are made at its own station"),
    looks={"most_cards": {"icon": "key"}, "grace_minutes": {"icon": "clock"}},
)  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.SET_LOCKS)
def locks(request: StaffRequest) -> HttpResponse:
    """The hotel's lock system."""
    known = lock_system(hotel_id=hotel_of(request).pk)
    initial = {name: getattr(known, name) for name in LocksForm.base_fields if hasattr(known, name)}
    form = LocksForm(request.POST or None, initial=initial)
    return connect(
        request, SETTING, form=form, has_key=known.has_key,
        save=lambda: services.set_locks(locks=LocksInput(**form.cleaned_data), **common(request)),
    )  # fmt: skip
