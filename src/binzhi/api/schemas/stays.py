"""Stays and the lists of the desk."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import (
    Code,
    Count,
    Currency,
    Day,
    Key,
    Money,
    MoneyIn,
    Name,
    Note,
    Number,
    OptionalCode,
    OptionalName,
    Phone,
)
from binzhi.guests.enums import DocumentKind
from binzhi.reservations.enums import Status


class DocumentIn(In):
    kind: DocumentKind
    number: str = Field(min_length=1, max_length=40)
    country: str = Field("", pattern=r"^([A-Z]{3})?$")
    expires_on: Day | None = None


class ParticularsIn(In):
    """What is asked of guests from abroad, and where the police want it an address."""

    latin_name: OptionalName = ""
    visa_kind: Literal["", "visa", "free", "transit", "residence", "permanent"] = ""
    visa_number: str = Field("", max_length=30)
    stay_until: Day | None = None
    entered_on: Day | None = None
    entry_port: str = Field("", max_length=60)
    next_stop: str = Field("", max_length=60)
    address: str = Field("", max_length=120)
    ethnicity: str = Field("", max_length=20)


class RegistrationIn(In):
    guest_id: Key | None = None
    name: OptionalName = ""
    sex: Literal["", "male", "female"] = ""
    birth_date: Day | None = None
    nationality: str = Field("", pattern=r"^([A-Z]{3})?$")
    phone: Phone = ""
    document: DocumentIn | None = None
    guardian_name: str = Field("", max_length=60)
    guardian_phone: Phone = ""
    guardian_relation: str = Field("", max_length=30)
    guardian_reached: bool | None = None
    room_relation: Literal["", "parent", "guardian", "relative", "teacher", "friend", "unrelated", "alone"] = ""
    identity_by: Literal["", "household", "birth", "police", "parent"] = ""
    particulars: ParticularsIn | None = None


class AmountIn(In):
    means: Code
    amount: MoneyIn
    currency: Currency


class CheckInIn(In):
    """`room` may be left out when one is assigned; `coming_later` counts guests who will register later."""

    room: Number | None = None
    registrations: list[RegistrationIn] = Field(default_factory=list, max_length=20)
    deposit: AmountIn | None = None
    coming_later: Count = 0
    accept_as_it_is: bool = Field(False, description="give a room that is not ready; needs its own right")
    note: Note = ""


class WalkInIn(In):
    room: Number
    rate_plan: Code
    departure: Day
    adults: Count
    children: Count = 0
    infants: Count = 0
    booker_name: Name
    booker_phone: Phone = ""
    channel: OptionalCode = ""
    market: OptionalCode = ""
    source: OptionalCode = ""
    registrations: list[RegistrationIn] = Field(default_factory=list, max_length=20)
    deposit: AmountIn | None = None


class CheckedInOut(Schema):
    id: int
    number: str
    room: str
    folio: str


class AssignedOut(Schema):
    id: int
    room: str | None


class AssignIn(In):
    room: Number


class FixIn(In):
    reason: Annotated[str, Field(max_length=200, description="why the room is promised; empty lets it go")]


class FixedOut(Schema):
    id: int
    fixed: bool


class MoveIn(In):
    room: Number
    reason: Note


class DepartureIn(In):
    departure: Day


class ShortenIn(DepartureIn):
    reason: Note = ""


class FinalPaymentIn(AmountIn):
    organisation_id: Key | None = None


class CheckOutIn(In):
    """Payments taken now; a deposit is used for what is owed and the rest returned by `deposit_means`."""

    payments: list[FinalPaymentIn] = Field(default_factory=list, max_length=10)
    deposit_means: OptionalCode = Field("", description="how the rest of the deposit goes back; empty leaves it")


class ContinuedOut(Schema):
    """`before` is the stay that ended; the room and everybody in it are the same."""

    id: int
    before: int
    room: str
    paid: Money
    returned: Money


class CheckedOutOut(Schema):
    id: int
    status: Status
    paid: Money
    returned: Money
    freed_nights: int


class DepartureOut(Schema):
    id: int
    departure: date


class StayOut(Schema):
    id: int
    status: Status


class DeskRowOut(Schema):
    """One stay on the lists of the desk."""

    id: int
    number: str
    status: Status
    guest: str
    room: str | None
    room_type: str
    arrival: date
    departure: date


class DeskListOut(Schema):
    business_date: date
    total: int
    items: list[DeskRowOut]
    next: str | None
