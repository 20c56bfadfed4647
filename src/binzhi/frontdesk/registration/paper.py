"""The registration card as the paper wants it: words for what the card keeps as facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from binzhi.frontdesk.registration.cards import HEIGHT, WIDTH, SignedCard
from binzhi.frontdesk.registration.enums import IdentityBy, RoomRelation, VisaKind
from binzhi.guests.countries import country_name
from binzhi.guests.enums import DocumentKind, Sex
from binzhi.property.queries import HotelRef


def _relation(code: str) -> str:
    """A relation's word; what an older card has as words stays as it is."""
    words = {
        "parent": pgettext("relation", "Parent"), "guardian": pgettext("relation", "Guardian"),
        "relative": pgettext("relation", "Other relative"), "teacher": pgettext("relation", "Teacher or trainer"),
        "other": pgettext("relation", "Other"),
    }  # fmt: skip
    return words.get(code, code)


def card_data(*, hotel: HotelRef, content: dict[str, Any], signed: SignedCard | None, now: datetime) -> dict[str, Any]:
    """What the template of the card reads; an erased card has no people."""
    number = content.get("number", "")
    return {
        "hotel": hotel.name, "title": _("Registration card"), "printed": f"{hotel.local(now):%Y-%m-%d %H:%M}",
        "number": f"{number}-{signed.number}" if signed else number,
        "fields": _stay(hotel, content) if content else [],
        "people": [_person(one) for one in content.get("people", [])],
        "notes": [
            _("Registered as public security law asks of hotels; kept as long as it asks and used for nothing else."),
            _("Visitors are registered at the desk and leave when visits end. Valuables can be kept at the desk."),
        ],
        "signature": _signature(hotel, signed) if signed else None,
        "pens": [_("Signature of the guest"), _("Received by")],
    }  # fmt: skip


def _stay(hotel: HotelRef, content: dict[str, Any]) -> list[list[str]]:
    came = content.get("checked_in_at")
    return [
        [_("Room"), f"{content['room']} {content['room_type']}"], [_("Reservation"), content["number"]],
        [_("Arrival"), content["arrival"]], [_("Departure"), content["departure"]],
        [_("Checked in at"), f"{hotel.local(datetime.fromisoformat(came)):%Y-%m-%d %H:%M}" if came else ""],
        [_("Room price"), f"{content['currency']} {content['total']}"],
    ]  # fmt: skip


def _person(person: dict[str, Any]) -> dict[str, Any]:
    kind = person.get("kind")
    pairs = [
        [_("Name"), person.get("name", "")], [_("Name as in the passport"), person.get("latin_name", "")],
        [_("Sex"), _label(Sex, person.get("sex"))], [_("Date of birth"), person.get("birth_date", "")],
        [_("Country or region"), country_name(person["nationality"]) if person.get("nationality") else ""],
        [_("Phone"), person.get("phone", "")], [_("Document"), _label(DocumentKind, kind)],
        [_("Document number"), person.get("number", "")], [_("Document valid until"), person.get("expires_on", "")],
        [pgettext("registration", "Home address"), person.get("address", "")],
        [_("Visa"), _label(VisaKind, person.get("visa_kind"))], [_("May stay until"), person.get("stay_until", "")],
        [_("Entered on"), person.get("entered_on", "")], [_("Port of entry"), person.get("entry_port", "")],
        [_("Goes on to"), person.get("next_stop", "")], [_("Parent or guardian"), person.get("guardian_name", "")],
        [_("Relation"), _relation(person.get("guardian_relation", ""))],
        [pgettext("registration", "In the room"), _label(RoomRelation, person.get("room_relation"))],
        [_("Without a document"), _label(IdentityBy, person.get("identity_by"))],
    ]  # fmt: skip
    always = 4
    title = _("Main guest") if person.get("is_main") else _("Guest under 18") if person.get("is_minor") else _("Guest")
    shown = [pair for place, pair in enumerate(pairs) if pair[1] or (place < always and place != 1)]
    return {"title": title, "fields": shown + [["", ""]] * (len(shown) % 2)}


def _label(choices: Any, value: str | None) -> str:
    return str(choices(value).label) if value and value in choices.values else ""


def _signature(hotel: HotelRef, signed: SignedCard) -> dict[str, Any]:
    return {
        "label": _("Signed on the screen"), "by": signed.taken_by,
        "at": f"{hotel.local(signed.signed_at):%Y-%m-%d %H:%M}",
        "width": WIDTH, "height": HEIGHT, "strokes": signed.strokes,
    }  # fmt: skip
