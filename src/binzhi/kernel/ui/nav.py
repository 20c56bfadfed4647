"""Departments on the rail and what stands behind each: data, shown only where there is a screen and a right to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Item:
    """One screen: what it is called, its drawing, its address by name, the right it asks for, its key."""

    label: str | Promise
    icon: str
    url_name: str
    permission: str = ""
    key: str = ""
    phone: bool = False


@dataclass(frozen=True, slots=True)
class Department:
    label: str | Promise
    icon: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Link:
    label: str | Promise
    icon: str
    url: str
    key: str
    phone: bool
    current: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    label: str | Promise
    icon: str
    links: tuple[Link, ...]

    @property
    def current(self) -> bool:
        return any(link.current for link in self.links)

    @property
    def url(self) -> str:
        return self.links[0].url


NAVIGATION: tuple[Department, ...] = (
    Department(_("Today"), "home", (Item(_("Today"), "home", "frontdesk:today", "frontdesk.view_desk", phone=True),)),
    Department(
        _("Tasks"),
        "list",
        (
            Item(_("My tasks"), "check-circle", "promises:mine", "promises.view_tasks", phone=True),
            Item(_("Department board"), "columns", "promises:board", "promises.view_tasks"),
            Item(_("Receptions"), "star", "promises:runs", "promises.view_tasks"),
            Item(_("Protocols"), "document", "promises:protocols", "promises.view_tasks"),
            Item(_("Compliance"), "chart", "promises:compliance", "promises.view_tasks"),
        ),
    ),
    Department(
        pgettext_lazy("department", "VIP"),
        "star",
        (
            Item(_("VIP visits"), "star", "vip:list", "vip.view_visits"),
            Item(_("Standing list"), "list", "vip:standing", "vip.view_visits"),
            Item(_("Levels and amenities"), "settings", "vip:levels", "vip.view_visits"),
        ),
    ),
    Department(
        _("Front desk"),
        "desk",
        (
            Item(_("Arrivals"), "arrive", "frontdesk:arrivals", "frontdesk.view_desk", "F4", phone=True),
            Item(_("In house"), "bed", "frontdesk:in_house", "frontdesk.view_desk", "F5", phone=True),
            Item(_("Departures"), "depart", "frontdesk:departures", "frontdesk.view_desk", "F6"),
            Item(_("Room rack"), "grid", "frontdesk:rack", "frontdesk.view_desk", "F7", phone=True),
            Item(_("Messages for guests"), "message", "frontdesk:notes", "frontdesk.take_messages", phone=True),
            Item(_("Wake-up calls"), "bell", "frontdesk:wake_ups", "frontdesk.wake_up", phone=True),
            Item(_("Luggage and valuables"), "bag", "frontdesk:kept", "frontdesk.keep_things", phone=True),
            Item(_("Key cards"), "key", "frontdesk:keys", "frontdesk.make_keys"),
            Item(pgettext_lazy("screen", "Walk-in"), "person-plus", "frontdesk:walk_in", "frontdesk.walk_in", "F3"),
            Item(pgettext_lazy("screen", "Day use"), "clock", "frontdesk:day_use", "frontdesk.view_desk"),
        ),
    ),
    Department(
        pgettext_lazy("department", "Registration"),
        "identity",
        (
            Item(_("Visitors"), "people", "frontdesk:visitors", "frontdesk.keep_register", phone=True),
            Item(_("Minors"), "baby", "frontdesk:minors", "frontdesk.keep_register", phone=True),
            Item(_("Police reports"), "shield", "frontdesk:police", "frontdesk.view_police_reports", phone=True),
        ),
    ),
    Department(
        _("Bookings"),
        "calendar",
        (
            Item(_("New reservation"), "calendar-plus", "reservations:new", "reservations.create_reservation", "F2"),
            Item(_("Reservations"), "list", "reservations:list", "reservations.view_reservations"),
            Item(_("Calendar"), "calendar", "frontdesk:calendar", "reservations.view_reservations", "F8"),
            Item(_("Deposits"), "wallet", "reservations:deposits", "reservations.view_reservations"),
            Item(_("Rates"), "tag", "reservations:rates", "reservations.view_reservations"),
            Item(_("Codes, agreements, members"), "percent", "reservations:entitled", "reservations.view_reservations"),
            Item(_("Rate rules"), "settings", "reservations:rate_rules", "reservations.view_reservations"),
            Item(_("Packages and extras"), "copy", "reservations:contents", "reservations.view_reservations"),
            Item(_("Commissions"), "coins", "reservations:commissions", "reservations.view_reservations"),
            Item(_("Groups"), "people", "reservations:blocks", "reservations.view_reservations"),
            Item(_("Waitlist"), "hourglass", "reservations:waitlist", "reservations.manage_waitlist"),
            Item(_("Overbooking"), "transfer", "reservations:walks", "reservations.walk_guest"),
            Item(_("Denials"), "ban", "reservations:denials", "reservations.view_reservations"),
        ),
    ),
    Department(
        _("Guests"),
        "people",
        (
            Item(_("Guests"), "people", "guests:list", "guests.view_guest"),
            Item(_("Recognition"), "identity", "frontdesk:recognition", "guests.recognise", phone=True),
            Item(_("Note an observation"), "eye", "guests:observe", "guests.observe", phone=True),
            Item(_("Preferences to confirm"), "heart", "guests:suggestions", "guests.confirm_preferences"),
            Item(_("Planned visits"), "calendar-check", "guests:contacts", "guests.view_relationship", phone=True),
            Item(_("Privacy"), "shield", "guests:privacy_requests", "guests.decide_rights"),
        ),
    ),
    Department(
        _("Messages"),
        "mail",
        (
            Item(_("Messages"), "mail", "engagement:log", "engagement.view_messages"),
            Item(_("Templates"), "pencil", "engagement:templates", "engagement.view_messages"),
            Item(_("Settings"), "settings", "engagement:settings", "engagement.set_up_messages"),
        ),
    ),
    Department(
        _("Cashier"),
        "yuan",
        (
            Item(_("Folios"), "yuan", "billing:folios", "billing.view_folio", "F9"),
            Item(_("Cashier's shift"), "wallet", "billing:cashier", "billing.take_payment"),
            Item(_("Pre-authorisations"), "card", "billing:hold-list", "billing.hold_card"),
            Item(_("E-invoices"), "receipt", "billing:invoice-list", "billing.invoice"),
            Item(_("Companies' accounts"), "briefcase", "billing:receivables", "billing.view_folio"),
            Item(_("House accounts"), "building", "billing:house", "billing.open_house_account"),
            Item(_("Second person"), "shield", "billing:approvals", "billing.approve_correction"),
            Item(_("Counter settings"), "coins", "billing:counter", "billing.set_counter"),
            Item(_("Night audit"), "night", "frontdesk:night_audit", "frontdesk.run_night_audit"),
            Item(_("Audit reports"), "chart", "frontdesk:reports", "frontdesk.view_reports"),
            Item(_("Free rooms"), "percent", "frontdesk:free_rooms", "frontdesk.approve_free_room"),
        ),
    ),
    Department(
        pgettext_lazy("department", "Connections"),
        "link",
        (Item(_("Outside partners"), "link", "frontdesk:partners", "frontdesk.view_reports"),),
    ),
    Department(
        _("Roster"), "calendar-check", (Item(_("Roster"), "calendar-check", "people:roster", "people.view_roster"),)
    ),
)


def _reachable(items: Iterable[Item], *, actor: Any, hotel: Any) -> Iterator[Link]:
    for item in items:
        if item.permission and not (actor and actor.may(item.permission, hotel.pk)):
            continue
        try:
            url = reverse(item.url_name, args=[hotel.code])
        except NoReverseMatch:
            continue  # a screen that is not built yet
        yield Link(item.label, item.icon, url, item.key, item.phone)


def sections_for(request: HttpRequest) -> tuple[Section, ...]:
    """The departments the actor may enter at the hotel of this request."""
    hotel = getattr(request, "hotel", None)
    actor = getattr(request, "actor", None)
    if hotel is None:
        return ()
    found = [(department, list(_reachable(department.items, actor=actor, hotel=hotel))) for department in NAVIGATION]
    here = _nearest(request.path, [link.url for _department, links in found for link in links])
    return tuple(
        Section(department.label, department.icon, tuple(replace(link, current=link.url == here) for link in links))
        for department, links in found
        if links
    )


def _nearest(path: str, urls: Iterable[str]) -> str:
    """The screen whose address leads furthest towards this page: new reservation, not the list above it."""
    leading = [url for url in urls if path == url or path.startswith(url.rstrip("/") + "/")]
    return max(leading, key=len, default="")
