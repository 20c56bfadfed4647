"""Two files become one, and two again: nothing is lost and nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.guests import files, queries
from binzhi.guests.access import Permission
from binzhi.guests.errors import FileMerged, NotUndoable, TwoPersons
from binzhi.guests.holdings import holdings, moving
from binzhi.guests.merging import services as merging_services
from binzhi.guests.merging.queries import current_file, files_of, merges_of
from binzhi.guests.merging.services import follow_late_rows, merge_guests, unmerge_guests
from binzhi.guests.models import Guest, Merge
from binzhi.guests.services import DocumentInput, GuestDetails, add_document, create_guest, update_guest
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM, TODAY
from tests.guests.conftest import colleague, new_hotel, see_all

ID_A, ID_B = "11010519491231002X", "440524188001010014"
# They only count up, so that whoever has an older state open is told.
COUNTERS = {"guests_guest": ("version", "matched_version")}


def merge(hotel: HotelRef, actor: Actor, survivor: int, merged: int, **choices: str) -> int:
    return merge_guests(
        hotel_id=hotel.pk, survivor_id=survivor, merged_id=merged, choices=choices, actor=actor, now=NOW
    )


def unmerge(hotel: HotelRef, actor: Actor, merge_id: int) -> merging_services.Undone:
    return unmerge_guests(hotel_id=hotel.pk, merge_id=merge_id, actor=actor, now=NOW)


def state(group_id: int) -> dict[str, list[str]]:
    """Every row of every table that holds a guest's rows, as text, and the files themselves."""
    see_all()
    tables = {each.table for each in moving()} | {"guests_guest"}
    return {
        table: db.fetch_values(
            f"SELECT (to_jsonb(t) - %s::text[])::text FROM {table} t ORDER BY id", [list(COUNTERS.get(table, ()))]
        )
        for table in sorted(tables)
    }


def folio(hotel: HotelRef, guest_id: int, number: str) -> int:
    see_all()
    return int(db.fetch_value(
        "INSERT INTO billing_folio (hotel_id, number, guest_id) VALUES (%s, %s, %s) RETURNING id",
        [hotel.pk, number, guest_id],
    ))  # fmt: skip


def on_list(hotel: HotelRef, guest_id: int) -> int:
    """On the list of honoured guests, where a guest stands once."""
    see_all()
    department: int = db.fetch_value(
        "SELECT id FROM people_department WHERE hotel_id = %s", [hotel.pk]
    ) or db.fetch_value(
        "INSERT INTO people_department (hotel_id, code, name, name_en, position) VALUES (%s, 'gm', '总办', '', 1)"
        " RETURNING id",
        [hotel.pk],
    )
    return int(db.fetch_value(
        "INSERT INTO vip_standingentry (hotel_id, department_id, guest_id, reason, proposed_at)"
        " VALUES (%s, %s, %s, 'owner', %s) RETURNING id",
        [hotel.pk, department, guest_id, NOW],
    ))  # fmt: skip


def owner(table: str, row_id: int) -> int:
    see_all()
    return int(db.fetch_value(f"SELECT guest_id FROM {table} WHERE id = %s", [row_id]))


def test_every_column_that_names_a_guest_is_registered_and_has_rows_with_an_id(db: None) -> None:
    from binzhi.kernel import db as sql

    named = sql.fetch_all(
        "SELECT conrelid::regclass::text AS held_in, a.attname AS held_as FROM pg_constraint c JOIN pg_attribute a"
        " ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND c.confrelid = 'guests_guest'::regclass"
    )
    known = {(each.table, each.column) for each in holdings()}
    assert {(row["held_in"], row["held_as"]) for row in named} - known == set()
    keys = sql.fetch_values(
        "SELECT i.indrelid::regclass::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
        " AND a.attnum = i.indkey[0] WHERE i.indisprimary AND i.indnkeyatts = 1 AND a.attname = 'id'"
    )
    assert {each.table for each in moving()} - set(keys) == set()
    frozen = sql.fetch_values("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%%_insert_only'")
    assert {each.table for each in moving()} & set(frozen) == set()


def test_merge_guests_moves_documents_and_bills_and_forwards_the_old_file(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    stays, goes = add("王伟", phone="13912348806"), add("王玮", phone="13700001234", email="w@example.com")
    add_document(hotel_id=hotel.pk, guest_id=goes, document=DocumentInput("resident_id", ID_A), actor=clerk, now=NOW)
    files.note_stay(guest_id=goes, on=TODAY)
    bill = folio(hotel, goes, "F1")
    merge_id = merge(hotel, clerk, stays, goes)
    card = queries.guest_card(group_id=hotel.group_id, guest_id=stays)
    assert (card.name, card.phone_masked, card.email, card.stays, card.last_stay_on) == (
        "王伟", "139****8806", "w@example.com", 1, TODAY,
    )  # fmt: skip
    assert len(card.documents) == 1
    assert owner("billing_folio", bill) == stays
    found = [
        [hit.guest_id for hit in queries.search_guests(group_id=hotel.group_id, text=text)]
        for text in ("王伟", "王玮", "wangwei", "13700001234", "1234", ID_A)
    ]
    assert found == [[stays]] * 6
    assert current_file(group_id=hotel.group_id, guest_id=goes) == stays
    assert files_of(group_id=hotel.group_id, guest_id=stays) == [stays, goes]
    line = merges_of(group_id=hotel.group_id, guest_id=stays)[0]
    assert (line.merge_id, line.merged_id, line.may_undo, line.rows) == (merge_id, goes, True, 2)


def test_merge_guests_takes_the_chosen_fields_and_opens_the_phone_in_its_new_place(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    stays, goes = add("王伟", phone="13912348806", note="甲"), add("王玮", phone="13700001234", note="乙")
    merge_id = merge(hotel, clerk, stays, goes, phone="merged", name="merged")
    row = Guest.objects.get(pk=stays)
    from binzhi.kernel import crypto

    assert (row.name, row.note) == ("王玮", "甲")
    assert crypto.open_sealed(row.phone_sealed, place=files.phone_place(stays)) == "+8613700001234"
    unmerge(hotel, clerk, merge_id)
    row = Guest.objects.get(pk=stays)
    assert row.name == "王伟"
    assert crypto.open_sealed(row.phone_sealed, place=files.phone_place(stays)) == "+8613912348806"


def test_merge_guests_keeps_a_row_whose_like_the_survivor_has(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    stays, goes = add("王伟"), add("王玮")
    mine, theirs = on_list(hotel, stays), on_list(hotel, goes)
    before = state(hotel.group_id)
    merge_id = merge(hotel, clerk, stays, goes)
    assert (owner("vip_standingentry", mine), owner("vip_standingentry", theirs)) == (stays, goes)
    unmerge(hotel, clerk, merge_id)
    assert state(hotel.group_id) == before


def test_merge_guests_reaches_the_rows_of_sister_hotels_that_the_actor_does_not_see(db: None) -> None:
    here, sister = new_hotel(code="mg-a", group="mg"), new_hotel(code="mg-b", group="mg")
    actor = colleague(here, *Permission)
    one, two = (
        create_guest(hotel_id=here.pk, details=GuestDetails(name=name), actor=actor, now=NOW) for name in "甲乙"
    )
    bill = folio(sister, two, "S1")
    merge(here, actor, one, two)
    assert owner("billing_folio", bill) == one
    # The wall stands again behind it.
    queries.recent_guests(group_id=here.group_id)


@pytest.mark.parametrize("case", ["itself", "unknown", "other group", "merged already", "no right", "two cards"])
def test_merge_guests_refusals_change_nothing(
    case: str, hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    one, two = add("王伟"), add("王玮")
    expected: type[Exception] = NotFound
    actor = clerk
    if case == "itself":
        two, expected = one, InvalidInput
    elif case == "unknown":
        two = 2**40
    elif case == "other group":
        far = new_hotel()
        two = create_guest(hotel_id=far.pk, details=GuestDetails(name="远"), actor=SYSTEM, now=NOW)
    elif case == "merged already":
        merge(hotel, clerk, add("王薇"), two)
        expected = FileMerged
    elif case == "no right":
        from binzhi.kernel.errors import Forbidden

        actor, expected = colleague(hotel, "guests.view_guest"), Forbidden
    else:
        for guest_id, number in ((one, ID_A), (two, ID_B)):
            add_document(
                hotel_id=hotel.pk,
                guest_id=guest_id,
                document=DocumentInput("resident_id", number),
                actor=clerk,
                now=NOW,
            )
        expected = TwoPersons
    before = state(hotel.group_id), Merge.objects.count()
    with pytest.raises(expected):
        merge(hotel, actor, one, two)
    assert (state(hotel.group_id), Merge.objects.count()) == before


def test_a_merged_file_cannot_be_changed_and_its_stays_count_for_the_survivor(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    stays, goes = add("王伟"), add("王玮")
    merge(hotel, clerk, stays, goes)
    with pytest.raises(FileMerged) as told:
        update_guest(
            hotel_id=hotel.pk, guest_id=goes, details=GuestDetails(name="x"), expected_version=1, actor=clerk, now=NOW
        )
    assert told.value.guest_id == stays
    files.note_stay(guest_id=goes, on=TODAY)
    assert Guest.objects.get(pk=stays).stays == 1
    files.forget_stay(guest_id=goes)
    assert (Guest.objects.get(pk=stays).stays, Guest.objects.get(pk=goes).stays) == (0, 0)


def test_unmerge_guests_leaves_what_came_or_changed_since_with_the_survivor(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    stays, goes, third = add("王伟"), add("王玮", email="old@example.com", name_en="Wei"), add("赵云")
    moved, given_away = folio(hotel, goes, "F1"), folio(hotel, goes, "F2")
    merge_id = merge(hotel, clerk, stays, goes)
    later = folio(hotel, stays, "F3")
    db.execute("UPDATE billing_folio SET guest_id = %s WHERE id = %s", [third, given_away])
    db.execute("UPDATE guests_guest SET email = 'new@example.com' WHERE id = %s", [stays])
    undone = unmerge(hotel, clerk, merge_id)
    assert undone == merging_services.Undone(("email",), 1)
    assert [owner("billing_folio", each) for each in (moved, given_away, later)] == [goes, third, stays]
    survivor, back = Guest.objects.get(pk=stays), Guest.objects.get(pk=goes)
    assert (survivor.email, survivor.name_en, survivor.merged_into_id) == ("new@example.com", "", None)
    assert (back.email, back.name_en, back.merged_into_id) == ("old@example.com", "Wei", None)


def test_unmerge_guests_twice_or_below_a_later_merge_is_refused(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    one, two, three = add("甲"), add("乙"), add("丙")
    first = merge(hotel, clerk, two, three)
    second = merge(hotel, clerk, one, two)
    assert [line.may_undo for line in merges_of(group_id=hotel.group_id, guest_id=one)] == [True, False]
    with pytest.raises(NotUndoable):
        unmerge(hotel, clerk, first)
    unmerge(hotel, clerk, second)
    with pytest.raises(NotFound):
        unmerge(hotel, clerk, second)
    assert current_file(group_id=hotel.group_id, guest_id=three) == two


def test_follow_late_rows_moves_what_came_late_and_unmerge_gives_it_back(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    stays, goes = add("王伟"), add("王玮")
    merge_id = merge(hotel, clerk, stays, goes)
    late = folio(hotel, goes, "LATE")
    assert follow_late_rows(hotel_id=hotel.pk, actor=SYSTEM, now=NOW) == 1
    assert owner("billing_folio", late) == stays
    assert follow_late_rows(hotel_id=hotel.pk, since=timedelta(days=1), actor=SYSTEM, now=NOW) == 0
    unmerge(hotel, clerk, merge_id)
    assert owner("billing_folio", late) == goes


# ---------------------------------------------------------------- any history, any order

NAMES = ("王伟", "王玮", "欧阳娜娜", "John Smith", "Smith John")
_person = st.fixed_dictionaries({
    "name": st.sampled_from(NAMES), "phone": st.sampled_from(("", "13912348806", "13700001234")),
    "email": st.sampled_from(("", "a@example.com", "b@example.com")), "note": st.sampled_from(("", "甲", "乙")),
    "birth_date": st.sampled_from((None, date(1980, 1, 2), date(1991, 12, 31))), "sex": st.sampled_from(("", "male")),
    "member_no": st.sampled_from(("", "M1", "M2")), "name_en": st.sampled_from(("", "Wei")),
})  # fmt: skip
_history = st.fixed_dictionaries({
    "stays": st.integers(0, 3), "day": st.integers(0, 400), "folios": st.integers(0, 2), "listed": st.booleans(),
})  # fmt: skip
_choice = st.dictionaries(
    st.sampled_from(("name", "phone", "email", "note", "birth_date", "member")), st.sampled_from(("survivor", "merged"))
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_unmerge_in_any_allowed_order_gives_every_row_back(hotel: HotelRef, clerk: Actor, data: st.DataObject) -> None:
    before, standing = _people(hotel, clerk, data), []
    ids = list(Guest.objects.filter(merged_into=None, group_id=hotel.group_id).values_list("pk", flat=True))
    ids = ids[-4:]
    alive = list(ids)
    for _merge in range(data.draw(st.integers(1, 5))):
        # Merges and undoings mixed, so that chains and siblings of all shapes arise.
        if standing and data.draw(st.booleans()):
            _undo_one(hotel, clerk, standing, alive, data)
        elif len(alive) > 1:
            survivor, merged = data.draw(st.permutations(alive))[:2]
            standing.append((merge(hotel, clerk, survivor, merged, **data.draw(_choice)), survivor, merged))
            alive.remove(merged)
    while standing:
        _undo_one(hotel, clerk, standing, alive, data)
    assert state(hotel.group_id) == before


def _people(hotel: HotelRef, clerk: Actor, data: st.DataObject) -> dict[str, list[str]]:
    for place in range(4):
        guest_id = create_guest(hotel_id=hotel.pk, details=GuestDetails(**data.draw(_person)), actor=clerk, now=NOW)
        past = data.draw(_history)
        for _stay in range(past["stays"]):
            files.note_stay(guest_id=guest_id, on=TODAY - timedelta(days=past["day"]))
        for number in range(past["folios"]):
            folio(hotel, guest_id, f"{guest_id}-{number}")
        if past["listed"]:
            on_list(hotel, guest_id)
        if place == 0:
            see_all()
            db.execute("DELETE FROM guests_guestdocument")
            add_document(
                hotel_id=hotel.pk, guest_id=guest_id, document=DocumentInput("passport", "L898902C3", "USA"),
                actor=clerk, now=NOW,
            )  # fmt: skip
    return state(hotel.group_id)


def _undo_one(
    hotel: HotelRef, clerk: Actor, standing: list[tuple[int, int, int]], alive: list[int], data: st.DataObject
) -> None:
    """One of the merges that may be undone: its survivor stands."""
    allowed = [each for each in standing if each[1] in alive]
    merge_id, _survivor, merged = data.draw(st.sampled_from(allowed))
    unmerge(hotel, clerk, merge_id)
    standing.remove((merge_id, _survivor, merged))
    alive.append(merged)
