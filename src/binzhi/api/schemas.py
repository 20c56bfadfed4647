"""What goes in and what comes out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from binzhi.api.types import (
    Code,
    Count,
    Currency,
    Day,
    HotelTime,
    Key,
    LongNote,
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
from binzhi.property.enums import Housekeeping
from binzhi.reservations.enums import Guarantee, Status


class In(Schema):
    """What a caller sends: an unknown key is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid")


class HotelOut(Schema):
    code: str
    name: str
    name_en: str
    timezone: str
    currency: str
    business_date: date


class NightPriceOut(Schema):
    date: date
    price: Money


class OfferOut(Schema):
    """One room type under one rate plan for the whole stay; `refusal` says why it cannot be booked, or is empty."""

    room_type: str
    room_type_name: str
    rate_plan: str
    rate_plan_name: str
    nights: list[NightPriceOut]
    total: Money | None
    currency: str
    left: int
    refusal: str
    breakfasts: int


class AvailabilityOut(Schema):
    arrival: date
    departure: date
    offers: list[OfferOut]


class RoomIn(In):
    room_type: Code
    rate_plan: Code
    arrival: Day
    departure: Day
    adults: Count
    children: Count = 0
    infants: Count = 0
    guest_id: Key | None = None
    expected_total: MoneyIn | None = Field(None, description="refuse with `price_changed` when the total differs")


class ReservationIn(In):
    booker_name: Name
    booker_phone: Phone = ""
    guest_id: Key | None = None
    organisation_id: Key | None = None
    market: OptionalCode = ""
    source: OptionalCode = ""
    channel: OptionalCode = ""
    channel_number: str | None = Field(None, pattern=r"^[A-Za-z0-9_./:-]{1,60}$")
    guarantee: Guarantee = Guarantee.NONE
    special_requests: list[Code] = Field(default_factory=list, max_length=20)
    remarks: LongNote = ""
    expected_at: HotelTime | None = None
    rooms: list[RoomIn] = Field(min_length=1, max_length=50)


class RoomOut(Schema):
    id: int
    status: Status
    room_type: str
    rate_plan: str
    arrival: date
    departure: date
    adults: int
    children: int
    infants: int
    room: str | None
    folio: str | None
    nights: list[NightPriceOut]
    total: Money
    allowed_actions: list[str]


class ReservationOut(Schema):
    number: str
    status: Status
    version: int
    booker_name: str
    booker_phone: str = Field(description="masked")
    guest_id: int | None
    organisation_id: int | None
    market: str
    source: str
    channel: str
    channel_number: str | None
    guarantee: Guarantee
    special_requests: list[str]
    remarks: str
    expected_at: str | None
    confirmed_at: datetime | None
    created_at: datetime
    currency: str
    total: Money
    rooms: list[RoomOut]
    allowed_actions: list[str]


class CreatedOut(Schema):
    number: str
    version: int
    room_ids: list[int]
    total: Money
    currency: str


class ReservationRowOut(Schema):
    """A line of a list."""

    number: str
    room_id: int
    status: Status
    booker_name: str
    room_type: str
    room: str | None
    arrival: date
    departure: date
    adults: int
    children: int


class ReservationPageOut(Schema):
    items: list[ReservationRowOut]
    next: str | None = Field(description="cursor of the next page, or null on the last")


class DetailsIn(In):
    """Only what is given is changed."""

    booker_name: Name | None = None
    booker_phone: Phone | None = None
    market: OptionalCode | None = None
    source: OptionalCode | None = None
    channel: OptionalCode | None = None
    guarantee: Guarantee | None = None
    special_requests: list[Code] | None = Field(None, max_length=20)
    remarks: LongNote | None = None
    expected_at: HotelTime | None = None


class RoomChangeIn(In):
    """The stay as it shall be; nights already agreed keep their price unless type, plan or guests change."""

    arrival: Day
    departure: Day
    room_type: Code
    rate_plan: Code
    adults: Count
    children: Count = 0
    infants: Count = 0
    keep_prices: bool = False


class CancelIn(In):
    reason: Code
    note: Note = ""
    rooms: list[Key] | None = Field(None, description="only these rooms; all when absent", max_length=50)
    waive_fee: bool = False


class CancelledOut(Schema):
    number: str
    version: int
    fee: Money


class VersionOut(Schema):
    number: str
    version: int


class DocumentIn(In):
    kind: DocumentKind
    number: str = Field(min_length=1, max_length=40)
    country: str = Field("", pattern=r"^([A-Z]{3})?$")
    expires_on: Day | None = None


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


class ConditionIn(In):
    housekeeping: Housekeeping
    reason: Note = ""


class RoomStateOut(Schema):
    """One room: `state` is VC, VD, OC, OD, OOO or OOS in lower case; occupancy comes from stays."""

    number: str
    floor: str
    room_type: str
    state: str
    housekeeping: Housekeeping
    maintenance: str
    due_in: bool
    due_out: bool


class RoomListOut(Schema):
    items: list[RoomStateOut]


class DoNotDisturbIn(In):
    on: bool


class OutOfOrderIn(In):
    start: Day
    until: Day
    reason: str = Field(min_length=1, max_length=200)


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


class FolioLineOut(Schema):
    id: int
    business_date: date
    kind: str
    code: str
    description: str
    window: int
    amount: Money
    reversed: bool


class FolioWindowOut(Schema):
    window: int
    name: str
    balance: Money


class FolioOut(Schema):
    number: str
    currency: str
    balance: Money
    deposit: Money
    closed: bool
    windows: list[FolioWindowOut]
    lines: list[FolioLineOut]


class ChargeIn(In):
    code: Code
    amount: MoneyIn
    currency: Currency
    quantity: int = Field(1, ge=1, le=999)
    window: int = Field(1, ge=1, le=99)
    description: str = Field("", max_length=120)


class PaymentIn(AmountIn):
    window: int = Field(1, ge=1, le=99)
    organisation_id: Key | None = Field(None, description="whose account it is, for the means `company`")


class RefundIn(In):
    transaction: Key
    amount: MoneyIn
    currency: Currency
    reason: str = Field(min_length=1, max_length=120)


class TransferIn(In):
    transactions: list[Key] = Field(min_length=1, max_length=200)
    window: int = Field(1, ge=1, le=99)
    to_folio: OptionalCode = Field("", description="another bill; this one when empty")
    to_window: int = Field(1, ge=1, le=99)
    reason: str = Field("", max_length=120)


class ReverseIn(In):
    transaction: Key
    reason: str = Field(min_length=1, max_length=120)


class PostedOut(Schema):
    transaction: int
    balance: Money


class GuestIn(In):
    name: Name
    name_en: OptionalName = ""
    sex: Literal["", "male", "female"] = ""
    birth_date: Day | None = None
    nationality: str = Field("", pattern=r"^([A-Z]{3})?$")
    phone: Phone = ""
    email: str = Field("", max_length=200)
    organisation_id: Key | None = None
    note: str = Field("", max_length=500)


class GuestOut(Schema):
    """Phone masked; document numbers are not in the API."""

    id: int
    version: int
    name: str
    name_en: str
    pinyin: str
    phone: str
    member_no: str
    member_tier: str
    vip_level: str
    stays: int
    last_stay_on: date | None


class GuestHitOut(Schema):
    """A guest as a search finds it."""

    id: int
    name: str
    pinyin: str
    phone: str
    member_no: str
    member_tier: str
    vip_level: str
    stays: int
    last_stay_on: date | None


class GuestListOut(Schema):
    items: list[GuestHitOut]


class GuestCreatedOut(Schema):
    id: int


class RatesIn(In):
    rate_plan: Code
    room_type: Code
    first: Day
    last: Day
    weekdays: list[int] = Field(default_factory=lambda: [1, 2, 3, 4, 5, 6, 7], min_length=1, max_length=7)
    price: MoneyIn | None = None
    min_nights: int | None = Field(None, ge=1, le=365)
    max_nights: int | None = Field(None, ge=1, le=365)
    closed: bool | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None


class LimitsIn(In):
    room_type: Code
    first: Day
    last: Day
    overbooking: int | None = Field(None, ge=0, le=999)
    closed: bool | None = None
    reason: Note = ""


class ChangedOut(Schema):
    changed: int


class NightAuditOut(Schema):
    business_date: date
    next_date: date
    posted: int
    no_shows: int
    room_revenue: Money


class BlockerOut(Schema):
    kind: str
    detail: str


class NightAuditPreviewOut(Schema):
    business_date: date
    blockers: list[BlockerOut]
    rooms: int
    room_revenue: Money


class EventOut(Schema):
    """One event: ids only. `cursor` is given back as `after` to go on from here."""

    id: int
    topic: str
    at: datetime
    subject: str
    subject_id: int
    payload: dict[str, str | int | bool | None]
    cursor: str


class EventPageOut(Schema):
    items: list[EventOut]
    next: str | None


class GuestVersionOut(Schema):
    id: int
    version: int


class DocumentOut(Schema):
    id: int


class ConditionOut(Schema):
    number: str
    housekeeping: Housekeeping


class DoNotDisturbOut(Schema):
    number: str
    on: bool


class OutOfOrderOut(Schema):
    id: int


class ReturnedOut(Schema):
    id: int


class NightAuditIn(In):
    business_date: Day
