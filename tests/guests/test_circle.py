"""People around a guest, contacts of organisations, and what is called whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from binzhi.guests.models import Contact, Relation
from binzhi.guests.profile import accounts, services, store
from binzhi.guests.profile.names import name_to_use
from binzhi.guests.profile.relations import RelationKind, circle_of, end_relation, inverse, relate
from binzhi.guests.queries import organisation_by_id
from binzhi.guests.services import NewOrganisation, create_organisation
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict, InvalidInput, NotFound
from binzhi.property.queries import HotelRef
from tests.factories import NOW
from tests.guests.conftest import new_hotel, see_all, untouched

Add = Callable[..., int]


def link(hotel: HotelRef, actor: Actor, one: int, other: int, kind: str, **more: Any) -> int:
    typed = {"decides": False, "note": "", **more}
    return relate(hotel_id=hotel.pk, guest_id=one, other_id=other, kind=kind, actor=actor, now=NOW, **typed)


def seen(hotel: HotelRef, guest_id: int) -> list[tuple[str, str, bool, bool]]:
    see_all()
    found = circle_of(group_id=hotel.group_id, guest_id=guest_id)
    return [(one.name, one.kind, one.decides, one.decided_for) for one in found]


def test_inverse_is_its_own_inverse() -> None:
    assert [inverse(inverse(kind)) for kind in RelationKind] == list(RelationKind)
    assert (inverse("driver"), inverse("spouse"), inverse("parent")) == ("driver_of", "spouse", "child")


def test_relate_is_seen_from_both_sides(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    chen, liu, li = add("陈国梁"), add("刘颖"), add("李慧")
    link(hotel, clerk, chen, li, "spouse")
    link(hotel, clerk, chen, liu, "secretary", decides=True)
    assert seen(hotel, chen) == [("刘颖", "secretary", True, False), ("李慧", "spouse", False, False)]
    assert seen(hotel, liu) == [("陈国梁", "secretary_of", False, True)]
    assert seen(hotel, li) == [("陈国梁", "spouse", False, False)]


def test_relate_again_replaces_from_either_side(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    chen, liu = add("陈国梁"), add("刘颖")
    link(hotel, clerk, chen, liu, "colleague")
    link(hotel, clerk, liu, chen, "superior")
    assert (seen(hotel, chen), seen(hotel, liu)) == (
        [("刘颖", "subordinate", False, False)], [("陈国梁", "superior", False, False)],
    )  # fmt: skip
    assert Relation.objects.filter(ended_at=None).count() == 1


def test_relate_to_oneself_or_a_stranger_is_refused(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    chen = add("陈国梁")
    before = untouched(chen)
    for other, expected in ((chen, InvalidInput), (chen + 999_999, NotFound)):
        with pytest.raises(expected) as refusal:
            link(hotel, clerk, chen, other, "friend")
        assert refusal.value.field == "other_id"
    assert (untouched(chen), Relation.objects.count()) == (before, 0)


def test_end_relation_ends_it_for_both_once(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    chen, liu = add("陈国梁"), add("刘颖")
    relation_id = link(hotel, clerk, chen, liu, "secretary")
    ids = {"hotel_id": hotel.pk, "relation_id": relation_id, "actor": clerk, "now": NOW}
    with pytest.raises(NotFound):
        end_relation(guest_id=add("王伟"), **ids)
    end_relation(guest_id=liu, **ids)
    assert (seen(hotel, chen), seen(hotel, liu)) == ([], [])
    with pytest.raises(NotFound):
        end_relation(guest_id=chen, **ids)


@pytest.mark.parametrize("people", [1, 3])
def test_circle_is_one_statement(
    hotel: HotelRef, clerk: Actor, add: Add, people: int, django_assert_num_queries: Any
) -> None:
    chen = add("陈国梁")
    for number in range(people):
        link(hotel, clerk, chen, add(f"王{number}"), "friend")
    see_all()
    with django_assert_num_queries(1):
        assert len(circle_of(group_id=hotel.group_id, guest_id=chen)) == people


@pytest.mark.parametrize(
    ("name", "sex", "salutation", "said"),
    [
        ("陈国梁", "male", "陈董", "陈董"), ("陈国梁", "male", "", "陈先生"), ("欧阳婉儿", "female", "", "欧阳女士"),
        ("陈国梁", "", "", "陈国梁"), ("阿卜杜拉·买买提", "male", "", "阿卜杜拉·买买提"),
        ("Oliver Bennett", "male", "", "Bennett 先生"), ("Anna Maria", "female", "", "Maria 女士"), ("Prince", "", "", "Prince"),
    ],
)  # fmt: skip
def test_name_to_use(name: str, sex: str, salutation: str, said: str) -> None:
    assert name_to_use(name=name, sex=sex, salutation=salutation) == said


@pytest.fixture
def company(hotel: HotelRef, clerk: Actor) -> int:
    return create_organisation(hotel_id=hotel.pk, organisation=NewOrganisation(name="澜海集团"), actor=clerk, now=NOW)


def test_contacts_are_people_of_the_file_and_who_decides_is_first(
    hotel: HotelRef, clerk: Actor, add: Add, company: int
) -> None:
    ids = {"hotel_id": hotel.pk, "organisation_id": company, "actor": clerk, "now": NOW}
    liu, chen = add("刘颖"), add("陈国梁")
    kept = services.add_contact(guest_id=liu, role="秘书", decides=False, **ids)
    services.add_contact(guest_id=chen, role="董事长", decides=True, **ids)
    assert services.add_contact(guest_id=liu, role="行政主管", decides=False, **ids) == kept
    see_all()
    found = accounts.contacts_of(group_id=hotel.group_id, organisation_id=company)
    assert [(one.name, one.role) for one in found] == [("陈国梁", "董事长"), ("刘颖", "行政主管")]
    services.end_contact(contact_id=kept, **ids)
    with pytest.raises(NotFound):
        services.end_contact(contact_id=kept, **ids)
    with pytest.raises(NotFound):
        services.add_contact(guest_id=liu + 999_999, role="秘书", decides=False, **ids)
    see_all()
    assert Contact.objects.filter(ended_at=None).count() == 1


def test_write_organisation_changes_terms_and_fields_and_notices_another_hand(
    hotel: HotelRef, clerk: Actor, company: int
) -> None:
    terms = {"contract_until": date(2027, 12, 31), "credit_limit": Decimal("300000.00")}
    ids = {"hotel_id": hotel.pk, "organisation_id": company, "actor": clerk, "now": NOW}
    changed = services.write_organisation(values={"nature": "private", "products": "海工装备"}, seen=0, **terms, **ids)
    assert changed == ["nature", "products", "contract_until", "credit_limit"]
    see_all()
    row = organisation_by_id(group_id=hotel.group_id, organisation_id=company)
    assert (row.contract_until, row.credit_limit) == tuple(terms.values())
    with pytest.raises(EditConflict):
        services.write_organisation(values={"products": "港机"}, seen=0, **terms, **ids)
    with pytest.raises(InvalidInput):
        services.write_organisation(values={"nonsense": "x"}, seen=99, **terms, **ids)
    with pytest.raises(InvalidInput):
        services.write_organisation(values={}, seen=0, contract_until=None, credit_limit=Decimal("-1"), **ids)
    see_all()
    profile = store.organisation_profile(group_id=hotel.group_id, organisation_id=company)
    assert {key: noted.value for key, noted in profile.values.items()} == {"nature": "private", "products": "海工装备"}
    other = new_hotel()
    with pytest.raises(NotFound):
        services.write_organisation(
            values={}, seen=0, **terms, **{**ids, "hotel_id": other.pk, "actor": Actor.system("test")}
        )
