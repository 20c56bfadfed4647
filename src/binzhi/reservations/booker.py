"""The typed particulars of a reservation, cleaned and checked before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from binzhi.guests.phones import mask_phone, normalise_phone
from binzhi.kernel import crypto
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.text import clean_text
from binzhi.reservations.enums import CodeKind, Guarantee
from binzhi.reservations.requests import NewReservation, ReservationDetails

NAME_LIMIT = 120
REMARKS_LIMIT = 1000
CHANNEL_NUMBER_LIMIT = 60
MAX_SPECIALS = 20


Details = TypeVar("Details", NewReservation, ReservationDetails)


def cleaned(details: Details) -> Details:
    """The same with clean texts. Raises InvalidInput at the field that cannot be taken."""
    number = details.channel_number
    if number is not None:
        number = clean_text(number, field="channel_number", limit=CHANNEL_NUMBER_LIMIT) or None
    if number is not None and not details.channel:
        raise InvalidInput(field="channel", message=_("A channel order needs its channel."))
    if details.guarantee not in Guarantee.values:
        raise InvalidInput(field="guarantee")
    if len(details.special_requests) > MAX_SPECIALS:
        raise InvalidInput(field="special_requests")
    return replace(
        details,
        booker_name=clean_text(details.booker_name, field="booker_name", limit=NAME_LIMIT, required=True),
        remarks=clean_text(details.remarks, field="remarks", limit=REMARKS_LIMIT, multiline=True),
        channel_number=number,
        special_requests=tuple(dict.fromkeys(details.special_requests)),
    )


def codes_of(details: NewReservation | ReservationDetails) -> list[tuple[str, str, str]]:
    """The codes to be looked up, as (kind, code, field)."""
    single = [
        (CodeKind.MARKET.value, details.market, "market"),
        (CodeKind.SOURCE.value, details.source, "source"),
        (CodeKind.CHANNEL.value, details.channel, "channel"),
    ]
    specials = [(CodeKind.SPECIAL.value, code, "special_requests") for code in details.special_requests]
    return [entry for entry in single if entry[1]] + specials


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number as it is stored: sealed, and masked for the screen."""

    sealed: bytes | None
    masked: str


NO_PHONE = Phone(None, "")


def normal_phone(text: str) -> str:
    """The number in international form, or empty. Raises InvalidInput at `booker_phone`."""
    typed = clean_text(text, field="booker_phone", limit=30)
    if not typed:
        return ""
    try:
        return normalise_phone(typed)
    except InvalidInput as error:
        error.field = "booker_phone"
        raise


def seal_phone(number: str, *, reservation_id: int) -> Phone:
    """Bind the number to its reservation: copied to another row it does not open."""
    if not number:
        return NO_PHONE
    return Phone(crypto.seal(number, place=phone_place(reservation_id)), mask_phone(number))


def phone_place(reservation_id: int) -> str:
    return f"reservations_reservation.booker_phone:{reservation_id}"
