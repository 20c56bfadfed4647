"""Stays that are counted, companies and agencies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from binzhi.guests import files, services
from binzhi.guests.errors import OrganisationCodeTaken
from binzhi.guests.models import Guest, Organisation
from binzhi.guests.queries import guest_card, organisations, search_organisations
from binzhi.guests.services import NewOrganisation
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.property.queries import HotelRef
from tests.factories import NOW, TODAY

Add = Callable[..., int]


def test_note_stay_counts_and_keeps_the_latest_day(add: Add) -> None:
    guest_id = add("陈国梁")
    for day in (date(2026, 5, 2), TODAY, date(2026, 8, 13)):
        files.note_stay(guest_id=guest_id, on=day)
    files.forget_stay(guest_id=guest_id)
    guest = Guest.objects.get(pk=guest_id)
    assert (guest.stays, guest.last_stay_on) == (2, TODAY)


def new_organisation(hotel: HotelRef, actor: Actor, **typed: Any) -> int:
    return services.create_organisation(
        hotel_id=hotel.pk, organisation=NewOrganisation(**{"name": "澜海集团", **typed}), actor=actor, now=NOW
    )


def test_create_organisation_gets_a_free_code_from_its_initials(hotel: HotelRef, clerk: Actor) -> None:
    ids = [new_organisation(hotel, clerk) for _ in range(3)]
    codes = list(Organisation.objects.filter(pk__in=ids).order_by("pk").values_list("code", flat=True))
    assert codes == ["LHJT", "LHJT-2", "LHJT-3"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", {"name": " "}), ("name", {"name": "x" * 121}), ("kind", {"kind": "sect"}), ("code", {"code": "a b"}),
        ("code", {"code": "X" * 31}), ("credit_limit", {"credit_limit": Decimal("-1")}),
        ("credit_limit", {"credit_limit": Decimal("0.005")}), ("credit_limit", {"credit_limit": Decimal("NaN")}),
        ("credit_limit", {"credit_limit": Decimal("1e12")}),
    ],
)  # fmt: skip
def test_create_organisation_what_cannot_be_is_refused_at_its_field(
    hotel: HotelRef, clerk: Actor, field: str, typed: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        new_organisation(hotel, clerk, **typed)
    assert refusal.value.field == field
    assert Organisation.objects.count() == 0


def test_create_organisation_code_in_use_is_a_conflict(hotel: HotelRef, clerk: Actor) -> None:
    new_organisation(hotel, clerk, code="lan-1")
    with pytest.raises(OrganisationCodeTaken):
        new_organisation(hotel, clerk, code="LAN-1")
    assert Organisation.objects.count() == 1


def test_search_organisations_by_name_pinyin_and_initials(hotel: HotelRef, clerk: Actor) -> None:
    wanted = new_organisation(hotel, clerk)
    new_organisation(hotel, clerk, name="Acme Travel", kind="agency")
    for text in ("澜海", "lanhai", "lan hai", "lhjt", "LHJT"):
        assert [row.pk for row in search_organisations(group_id=hotel.group_id, text=text)] == [wanted], text
    assert [row.name for row in search_organisations(group_id=hotel.group_id, text="acme t")] == ["Acme Travel"]
    assert search_organisations(group_id=hotel.group_id, text=" ") == []


def test_organisations_come_a_page_at_a_time(hotel: HotelRef, clerk: Actor) -> None:
    for code in ("C", "A", "B"):
        new_organisation(hotel, clerk, code=code)
    first = organisations(group_id=hotel.group_id, limit=2)
    assert [row.code for row in first] == ["A", "B"]
    assert [row.code for row in organisations(group_id=hotel.group_id, after="B", limit=2)] == ["C"]


def test_guest_card_age_on_leap_days(hotel: HotelRef, add: Add) -> None:
    card = guest_card(group_id=hotel.group_id, guest_id=add("王", birth_date=date(2008, 2, 29)))
    ages = [card.age_on(day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 28), date(2028, 2, 29))]
    assert ages == [17, 18, 19, 20]
