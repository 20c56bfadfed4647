"""What the desk's operations are asked for and what they answer: plain values, checked where they are used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.frontdesk.registration.particulars import NONE as NO_PARTICULARS
from binzhi.frontdesk.registration.particulars import Particulars
from binzhi.guests.documents import DocumentInput
from binzhi.reservations.requests import NewReservation

__all__ = [
    "CheckedIn",
    "CheckedOut",
    "DepositInput",
    "DepositReturn",
    "DocumentInput",
    "NewReservation",
    "Particulars",
    "PaymentInput",
    "RegistrationInput",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationInput:
    """One person who stays: a guest file (`guest_id`) or a name, a document shown now or one of the file.

    Of a guest under 18 besides: guardian, whether the guardian was reached, `room_relation` (RoomRelation), and where
    there is no document `identity_by` (IdentityBy).
    """

    guest_id: int | None = None
    name: str = ""
    sex: str = ""
    birth_date: date | None = None
    nationality: str = ""
    phone: str = ""
    document: DocumentInput | None = None
    document_id: int | None = None
    guardian_name: str = ""
    guardian_phone: str = ""
    guardian_relation: str = ""
    guardian_reached: bool | None = None
    room_relation: str = ""
    identity_by: str = ""
    particulars: Particulars = NO_PARTICULARS


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReturn:
    """What happens to the deposit at check-out: used for what is owed, the rest returned by `means`."""

    means: str = ""


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A stay that began. `number` is the reservation's."""

    room_reservation_id: int
    reservation_id: int
    number: str
    room_id: int
    room: str
    folio_id: int
    guest_id: int | None


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """A stay that ended. `paid` came in now, `returned` is the part of the deposit that went back."""

    room_reservation_id: int
    reservation_id: int
    room_id: int
    folio_id: int | None
    freed_nights: int
    day_use: Decimal
    paid: Decimal
    returned: Decimal
