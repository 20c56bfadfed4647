"""Fields of the five classes: switched by hotel, sealed, agreed to, written over nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from binzhi.guests import services as guests
from binzhi.guests.errors import ConsentMissing
from binzhi.guests.holdings import holdings
from binzhi.guests.models import ProfileValue
from binzhi.guests.privacy import consents
from binzhi.guests.profile import services, store
from binzhi.guests.profile.catalogue import FIELDS, ORGANISATION_FIELDS, RecordClass
from binzhi.guests.rotation import SEALED
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict, Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.property.queries import HotelRef
from tests.factories import NOW
from tests.guests.conftest import colleague, new_hotel, see_all, untouched

Add = Callable[..., int]


def write(hotel: HotelRef, guest_id: int, actor: Actor, seen: int | None = None, **values: str) -> list[str]:
    if seen is None:
        see_all()
        seen = store.profile_of(group_id=hotel.group_id, guest_id=guest_id).seen
    return services.write_profile(hotel_id=hotel.pk, guest_id=guest_id, values=values, seen=seen, actor=actor, now=NOW)


def text(hotel: HotelRef, guest_id: int, key: str) -> str:
    see_all()
    return store.profile_of(group_id=hotel.group_id, guest_id=guest_id).text(key)


def answered(hotel: HotelRef, guest_id: int, answer: str) -> None:
    consent = consents.ConsentInput(purpose="health", answer=answer)
    desk = colleague(hotel, "guests.record_consent", user_id=8)
    consents.note_consent(hotel_id=hotel.pk, guest_id=guest_id, consent=consent, actor=desk, now=NOW)


def test_catalogue_is_of_five_classes_and_fits_its_columns() -> None:
    assert {field.of for field in FIELDS} == set(RecordClass)
    for fields in (FIELDS, ORGANISATION_FIELDS):
        keys = [field.key for field in fields]
        assert len(keys) == len(set(keys))
        # A look is asked for as field:<key> in twenty characters; a value has a thousand.
        assert all(len(key) <= 14 and field.limit <= 1000 for key, field in zip(keys, fields, strict=True))
    # Whatever needs consent is sealed and off until a hotel wants it.
    assert all(field.secret and not field.on for field in FIELDS if field.consent)


def test_write_profile_keeps_what_was_said_before_and_shows_the_newest(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    assert write(hotel, guest_id, clerk, salutation="陈总", tastes=" 清淡 ") == ["salutation", "tastes"]
    assert write(hotel, guest_id, clerk, salutation="陈董", tastes="清淡") == ["salutation"]
    assert write(hotel, guest_id, clerk, tastes="") == ["tastes"]
    see_all()
    rows = ProfileValue.objects.filter(guest_id=guest_id).order_by("pk").values_list("key", "value", "noted_by")
    assert list(rows) == [
        ("salutation", "陈总", 7),
        ("tastes", "清淡", 7),
        ("salutation", "陈董", 7),
        ("tastes", "", 7),
    ]
    assert (text(hotel, guest_id, "salutation"), text(hotel, guest_id, "tastes")) == ("陈董", "")


def test_write_profile_seals_secrets_and_forgets_the_old_ones(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    write(hotel, guest_id, clerk, address="浙江省杭州市西湖区北山街 88 号", plate="浙A66088")
    write(hotel, guest_id, clerk, plate="浙AD12345")
    see_all()
    kept = list(ProfileValue.objects.filter(guest_id=guest_id).order_by("key"))
    assert [(row.key, row.value) for row in kept] == [("address", "浙江省杭州市西湖区****"), ("plate", "浙A·***45")]
    for row in kept:
        assert "北山街".encode() not in bytes(row.sealed)
    opened = guests.reveal(
        hotel_id=hotel.pk, guest_id=guest_id, what="field:plate", reason="contact", actor=clerk, now=NOW
    )
    assert opened == "浙AD12345"
    trail = list(AuditEntry.objects.filter(hotel_id=hotel.pk).values_list("after", flat=True))
    events = list(OutboxEvent.objects.filter(hotel_id=hotel.pk).values_list("payload", flat=True))
    assert "浙A" not in str(trail + events)
    assert "guests_profilevalue" in {sealed.table for sealed in SEALED}


def test_reveal_of_a_field_nobody_noted_is_not_found(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    write(hotel, guest_id, clerk, tastes="清淡")
    before = untouched(guest_id)
    for what in ("field:plate", "field:tastes", "field:nonsense"):
        with pytest.raises(NotFound):
            guests.reveal(hotel_id=hotel.pk, guest_id=guest_id, what=what, reason="contact", actor=clerk, now=NOW)
    assert untouched(guest_id) == before


def test_write_profile_a_sensitive_field_needs_switch_and_consent(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    manager = colleague(hotel, "guests.manage_fields", user_id=9)
    with pytest.raises(InvalidInput) as off:
        write(hotel, guest_id, clerk, health="花生过敏")
    assert off.value.field == "health"
    wanted = {field.key for field in store.fields_on(hotel.pk)} | {"health"}
    assert services.switch_fields(hotel_id=hotel.pk, on=wanted, actor=manager, now=NOW) == ["health"]
    with pytest.raises(ConsentMissing) as refused:
        write(hotel, guest_id, clerk, tastes="清淡", health="花生过敏")
    assert (refused.value.field, ProfileValue.objects.count()) == ("health", 0)
    answered(hotel, guest_id, "given")
    assert write(hotel, guest_id, clerk, health="花生过敏") == ["health"]
    answered(hotel, guest_id, "withdrawn")
    # What was kept can be taken away without asking.
    assert write(hotel, guest_id, clerk, health="") == ["health"]
    assert text(hotel, guest_id, "health") == ""


def test_switch_fields_is_of_one_hotel_and_knows_its_keys(hotel: HotelRef) -> None:
    sister = new_hotel()
    manager = colleague(hotel, "guests.manage_fields")
    on = {field.key for field in store.fields_on(hotel.pk)}
    changed = services.switch_fields(hotel_id=hotel.pk, on=on - {"colour"} | {"fax"}, actor=manager, now=NOW)
    assert changed == ["colour", "fax"]
    assert services.switch_fields(hotel_id=hotel.pk, on=on - {"colour"} | {"fax"}, actor=manager, now=NOW) == []
    see_all()
    assert {field.key for field in store.fields_on(hotel.pk)} == on - {"colour"} | {"fax"}
    assert {field.key for field in store.fields_on(sister.pk)} == on
    with pytest.raises(InvalidInput):
        services.switch_fields(hotel_id=hotel.pk, on={"nonsense"}, actor=manager, now=NOW)


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("days", "10/1 结婚纪念日\n\n2010-6-1: 孩子生日", "10-01 结婚纪念日\n2010-06-01 孩子生日"),
        ("days", "2-29 周年", "02-29 周年"), ("days", "13-1 周年", None), ("days", "国庆", None),
        ("lunar_day", "闰4-3", "闰四月初三"), ("lunar_day", "中秋", None), ("birthday", "lunar", "lunar"),
        ("birthday", "moon", None), ("colour", "x" * 31, None), ("taboos", "不放百合\n素食", "不放百合\n素食"),
    ],
)  # fmt: skip
def test_write_profile_cleans_or_refuses_at_the_field(
    hotel: HotelRef, clerk: Actor, add: Add, key: str, typed: str, kept: str | None
) -> None:
    guest_id = add("陈国梁")
    if kept is None:
        before = untouched(guest_id)
        with pytest.raises(InvalidInput) as refusal:
            write(hotel, guest_id, clerk, **{key: typed})
        assert refusal.value.field == key
        assert (untouched(guest_id), ProfileValue.objects.count()) == (before, 0)
    else:
        write(hotel, guest_id, clerk, **{key: typed})
        assert text(hotel, guest_id, key) == kept


def test_write_profile_over_somebody_elses_is_refused_with_what_stands(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    write(hotel, guest_id, clerk, salutation="陈总")
    seen = store.profile_of(group_id=hotel.group_id, guest_id=guest_id).seen
    write(hotel, guest_id, clerk, salutation="陈董")
    with pytest.raises(EditConflict) as refusal:
        write(hotel, guest_id, clerk, seen, salutation="陈老板")
    assert refusal.value.current == {"salutation": "陈董"}
    assert text(hotel, guest_id, "salutation") == "陈董"


def test_write_profile_asks_for_the_right_and_the_group(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    stranger = new_hotel()
    with pytest.raises(NotFound):
        write(stranger, guest_id, colleague(stranger, "guests.update_guest"), 0, tastes="清淡")
    with pytest.raises(Forbidden):
        write(hotel, guest_id, colleague(hotel, "guests.view_guest"), 0, tastes="清淡")
    see_all()
    assert ProfileValue.objects.count() == 0


def test_holdings_of_the_file_are_exported_and_erased(hotel: HotelRef, clerk: Actor, add: Add) -> None:
    guest_id = add("陈国梁")
    write(hotel, guest_id, clerk, tastes="清淡", plate="浙A66088")
    see_all()
    mine: dict[str, Any] = {one.table: one for one in holdings() if one.column == "guest_id"}
    values = mine["guests_profilevalue"]
    assert sorted(row["value"] for row in values.export(guest_id)) == ["浙A66088", "清淡"]
    assert (values.erase(guest_id, NOW), values.export(guest_id)) == (2, [])
    assert db.fetch_value("SELECT count(*) FROM guests_guest WHERE id = %s", [guest_id]) == 1
