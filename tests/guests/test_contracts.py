"""Agreements with companies: number, from when to when, warned before they end."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.guests.access import Permission
from binzhi.guests.models import Organisation
from binzhi.guests.organisations import NewOrganisation, create_organisation
from binzhi.guests.profile.services import write_organisation
from binzhi.guests.queries import organisation_by_id
from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.reservations.desk import signed_in

DAY = timedelta(days=1)


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel()


def company(hotel: TestHotel, **more: Any) -> int:
    given = NewOrganisation(**{"name": "澜海集团"} | more)
    return create_organisation(hotel_id=hotel.pk, organisation=given, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [
        (None, None, ""), (None, TODAY - DAY, "expired"), (None, TODAY, "expiring"), (None, TODAY + 29 * DAY, "expiring"),
        (None, TODAY + 30 * DAY, ""), (TODAY + DAY, None, "not_yet"), (TODAY, TODAY + 300 * DAY, ""),
    ],
)  # fmt: skip
def test_state_of_an_agreement(hotel: TestHotel, begins: date | None, ends: date | None, state: str) -> None:
    pk = company(hotel, contract_from=begins, contract_until=ends)
    found = organisation_by_id(group_id=hotel.ref.group_id, organisation_id=pk)
    assert found.contract_state(TODAY) == state


def test_agreement_that_ends_before_it_begins_is_refused(hotel: TestHotel) -> None:
    with pytest.raises(InvalidInput) as refusal:
        company(hotel, contract_from=TODAY, contract_until=TODAY - DAY)
    assert (refusal.value.field, Organisation.objects.count()) == ("contract_until", 0)
    pk = company(hotel, contract_no="XY-1", contract_from=TODAY, contract_until=TODAY)
    what: dict[str, Any] = {
        "hotel_id": hotel.pk, "organisation_id": pk, "values": {}, "seen": 0, "credit_limit": Decimal(0),
        "actor": SYSTEM, "now": NOW,
    }  # fmt: skip
    with pytest.raises(InvalidInput):
        write_organisation(contract_until=TODAY - DAY, **what)
    assert Organisation.objects.get().contract_until == TODAY
    with pytest.raises(IntegrityError, match="contract_ends"), transaction.atomic():
        db.execute("UPDATE guests_organisation SET contract_until = contract_from - 1")
    # Without a number the contract's own terms stay.
    write_organisation(contract_until=TODAY + DAY, **what)
    kept = Organisation.objects.get()
    assert (kept.contract_no, kept.contract_from, kept.contract_until) == ("XY-1", TODAY, TODAY + DAY)


def test_list_of_agreements_that_end_soon_and_the_page(hotel: TestHotel) -> None:
    company(hotel, name="甲公司", code="A", contract_until=TODAY + DAY)
    kept = company(
        hotel, name="乙公司", code="B", contract_no="XY-2026-7", contract_from=TODAY, contract_until=TODAY + 99 * DAY
    )
    company(hotel, name="丙公司", code="C")
    client = signed_in(hotel, [Permission.VIEW, Permission.MANAGE_ORGANISATIONS])
    page = client.get(f"/h/{hotel.ref.code}/organisations", {"expiring": "1"}).content.decode()
    assert [name in page for name in ("甲公司", "乙公司", "丙公司")] == [True, False, False]
    assert "expires soon" in page
    page = client.get(f"/h/{hotel.ref.code}/organisations/{kept}").content.decode()
    assert "XY-2026-7" in page
    sent = {
        "contract_no": "XY-9", "contract_from": "2026-12-31", "contract_until": "2026-12-01", "credit_limit": "5", "seen": "0",
    }  # fmt: skip
    answer = client.post(f"/h/{hotel.ref.code}/organisations/{kept}/edit", sent)
    assert answer.status_code == 422
    assert "XY-9" in answer.content.decode()
