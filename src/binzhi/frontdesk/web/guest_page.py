"""What the desk adds to the pages of guests and organisations: the line of time, figures, who is here."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from binzhi.billing.access import Permission as Billing
from binzhi.frontdesk.presence import people_here
from binzhi.frontdesk.queries.guest_figures import GuestFigures, guest_figures, production
from binzhi.frontdesk.queries.guest_past import bookings, spend, stays
from binzhi.guests.facts import GuestFact, register_facts, register_production
from binzhi.guests.presence import register_presence
from binzhi.guests.timeline import register_timeline_source
from binzhi.kernel.ui import formats
from binzhi.people.web import StaffRequest, hotel_of
from binzhi.property.queries import HotelRef
from binzhi.reservations.access import Permission


def register() -> None:
    register_timeline_source(
        stays, name="stay", label=pgettext_lazy("timeline", "Stays"), icon="bed", permission=Permission.VIEW
    )
    register_timeline_source(
        bookings, name="booking", label=gettext_lazy("Bookings"), icon="calendar", permission=Permission.VIEW
    )
    register_timeline_source(spend, name="spend", label=gettext_lazy("Spend"), icon="yuan", permission=Billing.VIEW)
    register_facts(facts)
    register_production(production)
    register_presence(people_here)


def facts(request: StaffRequest, guest_id: int) -> list[GuestFact]:
    """下次, 上次, 累计, 近一年消费."""
    hotel = hotel_of(request)
    if not request.actor.may(Permission.VIEW, hotel.pk):
        return []
    with_money = request.actor.may(Billing.VIEW, hotel.pk)
    figures = guest_figures(guest_id=guest_id, today=hotel.business_date, with_money=with_money)
    found = [_next(figures, hotel), _last(figures, hotel), _all(figures)]
    if with_money:
        spent = formats.money(figures.year_spend or 0, currency=hotel.currency, decimals=0)  # type: ignore[arg-type]
        found.append(GuestFact(_("Twelve months"), spent, _("spent")))
    return found


def _nights(nights: int | None) -> str:
    return ngettext("%(n)s night", "%(n)s nights", nights) % {"n": nights} if nights else _("day use")


def _where(room: str | None, nights: int | None) -> str:
    return " · ".join(part for part in (room or "", _nights(nights)) if part)


def _next(figures: GuestFigures, hotel: HotelRef) -> GuestFact:
    if figures.next_on is None:
        return GuestFact(_("Next"), "—")
    day = formats.day_text(figures.next_on, reference=hotel.business_date)
    where = _where(figures.next_room, figures.next_nights)
    if figures.here:
        return GuestFact(_("In the house"), figures.next_room, _("since %(day)s · %(nights)s") % {
            "day": day, "nights": _nights(figures.next_nights)})  # fmt: skip
    return GuestFact(_("Next"), _("today") if figures.next_on == hotel.business_date else day, where)


def _last(figures: GuestFigures, hotel: HotelRef) -> GuestFact:
    if figures.last_on is None:
        return GuestFact(_("Last"), "—")
    day = formats.day_text(figures.last_on, reference=hotel.business_date)
    return GuestFact(_("Last"), day, _where(figures.last_room, figures.last_nights))


def _all(figures: GuestFigures) -> GuestFact:
    counted = ngettext("%(n)s stay", "%(n)s stays", figures.stays) % {"n": figures.stays}
    since = _("since %(month)s") % {"month": f"{figures.first_on:%Y-%m}"} if figures.first_on else ""
    return GuestFact(_("In all"), f"{counted} · {_nights(figures.nights)}" if figures.nights else counted, since)
