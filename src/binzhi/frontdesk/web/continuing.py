"""续住: who has the next booking too stays on with one press; what is open is settled on the page of check-out."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.continuing.queries import stay_before
from binzhi.frontdesk.continuing.services import Continued, continue_stay, undo_continue
from binzhi.frontdesk.errors import BalanceOpen, DepositHeld
from binzhi.frontdesk.queries.stay import stay_card
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, next_url, once, press


@require_POST
@screen(Permission.CHECK_OUT)
def stay_on(request: StaffRequest, stay: int) -> HttpResponse:
    """One press on the booking that begins today; with a bill still open the page where it is settled comes."""
    hotel = hotel_of(request)
    back = next_url(request, reverse("frontdesk:departures", args=[hotel.code]))

    def work() -> dict[str, int | str]:
        done = continue_stay(room_reservation_id=stay, **common(request))
        return {"room": done.room, "keys": done.keys}

    try:
        answer, _repeated = once(request, work)
    except NotFound:
        raise
    except (BalanceOpen, DepositHeld) as refusal:
        toast(request, refusal.text, state="late")
        before = stay_before(hotel_id=hotel.pk, room_reservation_id=stay)
        return go(request, reverse("frontdesk:check_out", args=[hotel.code, before.id]) if before else back)
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
        return go(request, back)
    tell(request, stay, room=str(answer["room"]), keys=int(answer["keys"]))
    return go(request, back)


def told(done: Continued) -> dict[str, int | str]:
    """What a repeat of the form is answered."""
    return {"room": done.room, "keys": done.keys, "stay": done.next_stay_id}


def tell(request: StaffRequest, stay: int, *, room: str, keys: int) -> None:
    """Say what was done, with its inverse; cards open until the day they were made for."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    words = {"room": room, "name": card.short_name, "number": card.number}
    text = with_cards(_("%(room)s %(name)s stays on under %(number)s") % words, keys)
    undo = reverse("frontdesk:undo_stay_on", args=[hotel.code, stay])
    toast(request, text, undo_url=undo if request.actor.may(Permission.UNDO_CHECK_OUT, hotel.pk) else "")


def with_cards(text: str, keys: int) -> str:
    """What was done, and how many cards end too early now."""
    if not keys:
        return text
    cards = ngettext("%(n)s card to be written for longer", "%(n)s cards to be written for longer", keys)
    return pgettext("between facts", " · ").join((text, cards % {"n": keys}))


@require_POST
@screen(Permission.UNDO_CHECK_OUT)
def undo(request: StaffRequest, stay: int) -> HttpResponse:
    """The inverse on the same hotel day."""
    back = reverse("frontdesk:departures", args=[hotel_of(request).code])

    def work() -> None:
        undo_continue(room_reservation_id=stay, **common(request))

    return press(request, work, done=_("Taken back: due out today, the next booking is still to come"), back=back)
