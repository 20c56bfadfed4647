"""What rates contain, what agencies are owed and hours sold at a twin hotel."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

from binzhi.reservations.commissions.services import set_commission
from binzhi.reservations.day_use.services import HourPriceInput, HoursRequest, TermsInput, sell_hours, set_day_use
from binzhi.reservations.extras.services import BandInput, set_extras
from binzhi.reservations.models import Commission
from binzhi.reservations.packages.services import PartInput, set_parts
from binzhi.reservations.setup import PlanSpec, create_plan
from tests.factories import NOW, SYSTEM, TODAY, TestHotel

OWN: dict[str, dict[str, Any]] = {
    "binzhi.reservations.commissions.services.set_commission": {
        "rate_plan": "",
        "percent": Decimal(8),
        "from_date": TODAY,
    },
}


def furnish(*, hotel: TestHotel, name: str, ids: dict[str, Any]) -> None:
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    ids["plan"] = f"package-{name}"
    policy = next(iter(hotel.policies.values()))
    create_plan(hotel_id=hotel.pk, spec=PlanSpec(code=ids["plan"], name="包价", cancellation_policy_id=policy))
    set_parts(rate_plan=ids["plan"], parts=[PartInput(charge_code="2010", name="早餐", amount=Decimal(68))], **what)
    bands = [BandInput(from_age=0, until_age=5, kind="free")]
    set_extras(rate_plan=ids["plan"], bed_price=Decimal(200), bands=bands, **what)
    set_commission(
        organisation_id=ids["organisation_id"], percent=Decimal(10), from_date=TODAY, rate_plan=ids["plan"], **what
    )
    Commission.objects.create(
        room_reservation_id=ids["room_reservation_id"], hotel_id=hotel.pk, organisation_id=ids["organisation_id"],
        state="paid", base=Decimal(400), percent=Decimal(10), amount=Decimal(40), business_date=TODAY, settled_at=NOW,
    )  # fmt: skip
    prices = [HourPriceInput(room_type="king", hours=3, price=Decimal(128), overtime_price=Decimal(40))]
    terms = TermsInput(rate_plan=ids["plan"], opens=time(8), closes=time(20))
    set_day_use(terms=terms, prices=prices, **what)
    sell_hours(asked=HoursRequest(room_id=hotel.rooms["203"], hours=3, booker_name=f"周{name}"), **what)
