"""Groups at the desk: master bill, everybody in and out with one press, who cannot is named with the rule."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.billing import services as billing
from binzhi.billing.access import Permission as Money
from binzhi.billing.cashier.settings import require_shifts
from binzhi.billing.ledger import balance_of
from binzhi.billing.payments import PaymentInput
from binzhi.frontdesk import services as desk
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.night_audit.attempts import attempt
from binzhi.frontdesk.services.groups import GroupDone, check_in_group, check_out_group
from binzhi.kernel import db
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.reservations.access import Permission as Bookings
from binzhi.reservations.blocks import master, services
from binzhi.reservations.blocks.picking import pick_up
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails, Pick
from binzhi.reservations.rooming.reading import Line
from binzhi.reservations.rooming.services import take_rooming_list
from binzhi.reservations.services import mark_no_show, reinstate
from tests.billing.test_payments import company
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor
from tests.frontdesk.conftest import row_of, set_housekeeping
from tests.reservations.desk import signed_in

LAST = TODAY + timedelta(days=2)
WHO: dict[str, Any] = {"actor": SYSTEM, "now": NOW}


def group(hotel: TestHotel, rooms: int = 3) -> int:
    block = BlockDetails(name="杭州考察团", arrival=TODAY, departure=LAST, rate_plan="bar")
    cells = [
        BlockCell(night=TODAY + timedelta(days=n), room_type="std", rooms=rooms, price=Decimal(330)) for n in range(2)
    ]
    return services.create_block(hotel_id=hotel.pk, block=block, cells=cells, status="definite", **WHO).id


def people(hotel: TestHotel, block_id: int, rooms: int = 3) -> list[int]:
    picks = [Pick(room_type="std", arrival=TODAY, departure=LAST, guest_name=f"客{n}") for n in range(rooms)]
    made = pick_up(hotel_id=hotel.pk, block_id=block_id, picks=picks, **WHO)
    return [ref.room_ids[0] for ref in made]


def roomed(hotel: TestHotel, stays: list[int], *numbers: str) -> None:
    for stay, number in zip(stays, numbers, strict=False):
        desk.assign_room(hotel_id=hotel.pk, room_reservation_id=stay, room_id=hotel.rooms[number], **WHO)


def come(hotel: TestHotel, block_id: int, **more: Any) -> GroupDone:
    return check_in_group(hotel_id=hotel.pk, block_id=block_id, **WHO | more)


def go(hotel: TestHotel, block_id: int, **more: Any) -> GroupDone:
    return check_out_group(hotel_id=hotel.pk, block_id=block_id, **WHO | more)


def bill(hotel: TestHotel, block_id: int, *families: str, rooms: bool = True) -> int:
    return master.set_master(hotel_id=hotel.pk, block_id=block_id, room_to_master=rooms, to_master=families, **WHO)


def charge(hotel: TestHotel, stay: int, code: str, amount: str) -> None:
    own = db.fetch_value(
        "SELECT id FROM billing_account WHERE folio_id = %s AND kind = 'folio'", [row_of(stay)["folio_id"]]
    )
    billing.post_charge(hotel_id=hotel.pk, account_id=own, charge_code=code, amount=Decimal(amount), **WHO)


def test_group_comes_in_and_who_cannot_is_named_with_the_rule(house: TestHotel) -> None:
    block_id = group(house, 4)
    stays = people(house, block_id, 4)
    roomed(house, stays, "101", "102", "103")
    set_housekeeping(house, "102", "dirty")
    done = come(house, block_id)
    assert sorted(done.done) == ["101", "103"]
    assert [(one.room_reservation_id, one.code) for one in done.refused] == [
        (stays[1], "room_not_ready"), (stays[3], "no_room_assigned")
    ]  # fmt: skip
    assert [row_of(stay)["status"] for stay in stays] == ["in_house", "reserved", "in_house", "reserved"]
    set_housekeeping(house, "102", "clean")
    assert come(house, block_id).done == ("102",)


def test_group_of_a_strict_house_is_registered_with_the_documents_of_its_files(strict: TestHotel) -> None:
    block_id = group(strict, 2)
    lines = [
        Line(2, {"name": "陈国梁", "document": "11010519491231002X", "share": "1"}),
        Line(3, {"name": "周敏", "document": "E12345678", "share": "1"}),
        Line(4, {"name": "贺振东", "share": "2"}),
    ]
    take_rooming_list(hotel_id=strict.pk, block_id=block_id, lines=lines, **WHO)
    stays = db.fetch_values("SELECT id FROM reservations_roomreservation ORDER BY id")
    roomed(strict, stays, "101", "102")
    done = come(strict, block_id)
    assert (done.done, [one.code for one in done.refused]) == (("101",), ["document_required"])
    assert db.fetch_value("SELECT count(*) FROM frontdesk_registration WHERE room_reservation_id = %s", [stays[0]]) == 2


def test_rooms_are_charged_to_the_master_and_extras_follow_at_check_out(house: TestHotel) -> None:
    block_id = group(house, 2)
    folio = bill(house, block_id, "food")
    stays = people(house, block_id, 2)
    roomed(house, stays, "101", "102")
    come(house, block_id)
    own = [row_of(stay)["folio_id"] for stay in stays]
    assert len({*own, folio}) == 3
    for n in range(2):
        attempt(
            hotel_id=house.pk, business_date=TODAY + timedelta(days=n), actor=SYSTEM, now=NOW + timedelta(days=n + 1)
        )
    assert (balance_of(folio), [balance_of(one) for one in own]) == (Decimal("1320.00"), [0, 0])
    charge(house, stays[0], "2010", "58")
    charge(house, stays[1], "2010", "58")
    charge(house, stays[1], "2040", "25")
    done = go(house, block_id)
    assert (done.done, [(one.code, one.room) for one in done.refused]) == (("101",), [("balance_open", "102")])
    assert (balance_of(folio), balance_of(own[1])) == (Decimal("1436.00"), Decimal("25.00"))
    desk.check_out(
        hotel_id=house.pk,
        room_reservation_id=stays[1],
        payments=[PaymentInput(means="cash", amount=Decimal(25))],
        **WHO,
    )
    assert [row_of(stay)["status"] for stay in stays] == ["checked_out", "checked_out"]
    assert balance_of(folio) == Decimal("1436.00")


def test_move_to_master_is_done_once(house: TestHotel) -> None:
    block_id = group(house, 1)
    folio = bill(house, block_id, "food", "minibar")
    stays = people(house, block_id, 1)
    roomed(house, stays, "101")
    come(house, block_id)
    charge(house, stays[0], "2010", "58")
    moved = [master.move_to_master(hotel_id=house.pk, block_id=block_id, **WHO) for _again in range(2)]
    assert (moved, balance_of(folio), balance_of(row_of(stays[0])["folio_id"])) == ([58, 0], 58, 0)


def test_master_opened_later_takes_the_rooms_from_now_on_and_can_give_them_back(house: TestHotel) -> None:
    block_id = group(house, 1)
    stays = people(house, block_id, 1)
    roomed(house, stays, "101")
    come(house, block_id)
    own = row_of(stays[0])["charge_account_id"]
    bill(house, block_id)
    assert row_of(stays[0])["charge_account_id"] != own
    bill(house, block_id, rooms=False)
    assert row_of(stays[0])["charge_account_id"] == own


def test_no_show_of_a_group_is_paid_by_the_group_and_taken_back(house: TestHotel) -> None:
    block_id = group(house, 1)
    folio = bill(house, block_id)
    stays = people(house, block_id, 1)
    mark_no_show(hotel_id=house.pk, room_reservation_id=stays[0], **WHO)
    assert balance_of(folio) == Decimal("330.00")
    reinstate(hotel_id=house.pk, room_reservation_id=stays[0], **WHO)
    assert balance_of(folio) == 0


def test_rights_and_what_may_go_to_the_master(house: TestHotel) -> None:
    block_id = group(house, 1)
    with pytest.raises(Forbidden):
        come(house, block_id, actor=make_actor(house, [Bookings.MANAGE_BLOCKS]))
    with pytest.raises(Forbidden):
        go(house, block_id, actor=make_actor(house, ["frontdesk.check_out"]))
    with pytest.raises(NotFound):
        come(house, block_id + 1)
    with pytest.raises(InvalidInput):
        bill(house, block_id, "room")


def test_screen_checks_in_and_names_who_could_not(house: TestHotel) -> None:
    block_id = group(house, 2)
    roomed(house, people(house, block_id, 2), "101")
    rights = [*Bookings, "frontdesk.check_in", "frontdesk.check_out", "billing.view_folio"]
    client = signed_in(house, rights)
    place = f"/h/{house.ref.code}/groups/{block_id}"
    assert client.post(f"{place}/master", {"rooms": "on", "family": ["food"]}).status_code == 302
    assert "杭州考察团" in client.get(place).content.decode()
    page = client.post(f"{place}/check-in").content.decode()
    assert "101" in page
    assert "No room has been assigned yet." in page
    page = client.post(f"{place}/check-out").content.decode()
    assert "0 rooms done" in page


def test_group_comes_and_goes_by_a_clerk_without_a_shift_for_no_money_passes_his_hands(house: TestHotel) -> None:
    require_shifts(hotel_id=house.pk, must_be_open=True, **WHO)
    clerk = make_actor(house, [Permission.CHECK_IN, Permission.CHECK_OUT, Bookings.MANAGE_BLOCKS])
    block_id = group(house, 1)
    stays = people(house, block_id, 1)
    bill(house, block_id, "food")
    roomed(house, stays, "101")
    assert come(house, block_id, actor=clerk).done == ("101",)
    charge(house, stays[0], "2020", "80")
    assert go(house, block_id, stays=stays, actor=clerk) == GroupDone(("101",), ())


def test_group_of_a_company_above_its_limit_stays_until_who_may_goes_on(house: TestHotel) -> None:
    who = company(house, limit="50")
    block_id = group(house, 1)
    db.execute("UPDATE reservations_block SET organisation_id = %s WHERE id = %s", [who, block_id])
    stays = people(house, block_id, 1)
    bill(house, block_id, "food")
    roomed(house, stays, "101")
    come(house, block_id)
    charge(house, stays[0], "2020", "80")
    rights = [Permission.VIEW, Permission.CHECK_OUT, Bookings.VIEW, Bookings.MANAGE_BLOCKS, Money.VIEW]
    clerk, boss = signed_in(house, rights), signed_in(house, [*rights, Money.EXCEED_CREDIT])
    page = f"/h/{house.ref.code}/groups/{block_id}"
    move = f"{page}/master/move"
    assert clerk.post(move)["Location"] == f"{page}?over-limit#desk"
    assert 'name="exceed_limit"' not in clerk.get(f"{page}?over-limit").content.decode()
    assert 'name="exceed_limit"' in boss.get(f"{page}?over-limit").content.decode()
    # A whole group leaves: who is stopped is named, and whoever may goes on there.
    db.execute("UPDATE reservations_roomreservation SET departure = %s WHERE block_id = %s", [TODAY, block_id])
    done = boss.post(f"{page}/check-out").content.decode()
    assert ("credit limit of 50.00" in done, 'name="exceed_limit" value="on"' in done) == (True, True)
    assert row_of(stays[0])["status"] == "in_house"
    boss.post(f"{page}/check-out", {"exceed_limit": "on"})
    assert row_of(stays[0])["status"] == "checked_out"
