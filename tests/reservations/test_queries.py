from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.guests.models import Guest
from binzhi.kernel.errors import DomainError, EditConflict, Forbidden, NotFound
from binzhi.kernel.models import AuditEntry
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import errors, stays
from binzhi.reservations.access import Permission
from binzhi.reservations.models import Code, Reservation
from binzhi.reservations.queries import (
    allowed_actions,
    allowed_on_reservation,
    cancellation_quote,
    details_of,
    reservation_list,
    reservation_of_room,
    reservation_view,
    room_of,
    total_fee,
)
from binzhi.reservations.requests import ReservationDetails, ReservationRef
from binzhi.reservations.services import (
    cancel_reservation,
    confirm_reservation,
    create_reservation,
    mark_no_show,
    update_details,
)
from tests.factories import (
    NOW,
    SYSTEM,
    TODAY,
    TestHotel,
    booking,
    fingerprint,
    make_actor,
    make_hotel,
    run_audit_day,
    statements,
)


def book(hotel: TestHotel, **of: Any) -> ReservationRef:
    return create_reservation(hotel_id=hotel.pk, booking=booking(**of), actor=SYSTEM, now=NOW)


def start(hotel: TestHotel, key: int, number: str = "101") -> None:
    with unit_of_work():
        stay = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=key)
        stay = stays.assign(room_reservation=stay, room_id=hotel.rooms[number])
        stays.start(room_reservation=stay, now=NOW)


def test_reservation_view_shows_everything_in_one_statement(hotel: TestHotel) -> None:
    guest = Guest.objects.create(group_id=hotel.ref.group_id, name="王小明")
    made = book(
        hotel,
        rooms=3,
        guest_id=guest.pk,
        booker_phone="13912345678",
        market="fit",
        special_requests=("high",),
        expected_at=time(18, 30),
    )
    with statements() as sent:
        view = reservation_view(hotel_id=hotel.pk, number=made.number)
    assert len(sent) == 1
    assert (view.id, view.version, view.status, view.booker_phone, view.total) == (
        made.id,
        1,
        "reserved",
        "139****5678",
        2400,
    )
    assert (view.guest_name, view.market, list(view.special_requests), view.expected_at) == (
        "王小明",
        "fit",
        ["high"],
        time(18, 30),
    )
    assert [room.id for room in view.rooms] == list(made.room_ids)
    first, second, _third = view.rooms
    assert (first.guest_name, second.guest_name, first.room, first.folio) == ("王小明", "", None, None)
    assert first.nightly == ((TODAY, Decimal(400)), (TODAY + timedelta(days=1), Decimal(400)))
    assert (first.room_type, first.rate_plan, first.nights, first.due) == ("std", "bar", 2, "due_in")
    assert reservation_of_room(hotel_id=hotel.pk, room_reservation_id=second.id) == view
    assert room_of(hotel_id=hotel.pk, number=made.number, room_reservation_id=second.id) == second


def test_reservation_view_of_another_hotel_is_not_found(hotel: TestHotel) -> None:
    made, other = book(hotel), make_hotel()
    with pytest.raises(NotFound):
        reservation_view(hotel_id=other.pk, number=made.number)
    with pytest.raises(NotFound):
        reservation_of_room(hotel_id=other.pk, room_reservation_id=made.room_ids[0])
    with pytest.raises(NotFound):
        room_of(hotel_id=hotel.pk, number=made.number, room_reservation_id=book(hotel).room_ids[0])


def test_reservation_view_status_and_due_follow_rooms_and_hotel_day(hotel: TestHotel) -> None:
    made = book(hotel, rooms=2, nights=1)
    cancel_reservation(
        hotel_id=hotel.pk, reservation_id=made.id, room_ids=[made.room_ids[1]], reason="guest", actor=SYSTEM, now=NOW
    )
    start(hotel, made.room_ids[0])
    view = reservation_view(hotel_id=hotel.pk, number=made.number)
    assert (view.status, view.total, [room.due for room in view.rooms]) == ("in_house", 400, ["", ""])
    run_audit_day(hotel)
    view = reservation_view(hotel_id=hotel.pk, number=made.number)
    assert [room.due for room in view.rooms] == ["due_out", ""]


def names(hotel: TestHotel, **of: Any) -> list[str]:
    return [row.booker_name for row in reservation_list(hotel_id=hotel.pk, **of)]


def test_reservation_list_filters_and_pages_by_cursor(hotel: TestHotel) -> None:
    for offset in (3, 1, 2, 1):
        book(hotel, arrival=TODAY + timedelta(days=offset), booker_name=f"客{offset}", nights=1)
    gone = book(hotel, booker_name="取消", nights=1)
    cancel_reservation(hotel_id=hotel.pk, reservation_id=gone.id, reason="guest", actor=SYSTEM, now=NOW)
    assert names(hotel) == ["取消", "客1", "客1", "客2", "客3"]
    assert names(hotel, status="cancelled") == ["取消"]
    assert names(hotel, arrival_from=TODAY + timedelta(days=2)) == ["客2", "客3"]
    assert names(hotel, arrival_from=TODAY + timedelta(days=1), arrival_to=TODAY + timedelta(days=2)) == [
        "客1",
        "客1",
        "客2",
    ]
    seen: list[int] = []
    after = None
    while page := reservation_list(hotel_id=hotel.pk, limit=2, after=after):
        seen += [row.room_id for row in page]
        after = (page[-1].arrival, page[-1].room_id)
    assert seen == [row.room_id for row in reservation_list(hotel_id=hotel.pk)]
    assert len(seen) == 5


def test_reservation_list_finds_by_number_name_channel_order_and_pinyin(hotel: TestHotel) -> None:
    guest = Guest.objects.create(
        group_id=hotel.ref.group_id, name="单晓", plain="单晓", pinyin="shanxiao", initials="sx"
    )
    made = book(hotel, booker_name="Smith John", channel="ota", channel_number="B-77")
    of_guest = book(hotel, booker_name="旅行社", guest_id=guest.pk)
    for text, number in (
        (made.number, made.number), ("smith", made.number), ("SMITH J", made.number), ("B-77", made.number),
        ("旅行", of_guest.number), ("单", of_guest.number), ("shan", of_guest.number),
    ):  # fmt: skip
        assert [row.number for row in reservation_list(hotel_id=hotel.pk, text=text)] == [number], text
    for text in ("ohn", "%", "_", "B-7", "不存在"):
        assert reservation_list(hotel_id=hotel.pk, text=text) == []
    with statements() as sent:
        reservation_list(hotel_id=hotel.pk, text="smith")
    assert len(sent) == 1


def test_reservation_list_statements_do_not_grow_with_rows(hotel: TestHotel) -> None:
    for rows in (1, 30):
        while len(reservation_list(hotel_id=hotel.pk, limit=99)) < rows:
            book(hotel, arrival=TODAY + timedelta(days=rows + len(names(hotel)) % 30), nights=1, rooms=1)
        with statements() as sent:
            assert len(reservation_list(hotel_id=hotel.pk, limit=rows)) == rows
        assert len(sent) == 1


ALL = tuple(Permission)


def actions(hotel: TestHotel, made: ReservationRef, *permissions: str) -> list[str]:
    view = reservation_view(hotel_id=hotel.pk, number=made.number)
    return allowed_actions(room=view.rooms[0], hotel_id=hotel.pk, actor=make_actor(hotel, permissions or ALL))


def test_allowed_actions_follow_status_date_and_rights(hotel: TestHotel) -> None:
    today, later = book(hotel), book(hotel, arrival=TODAY + timedelta(days=1))
    assert actions(hotel, today) == ["change", "cancel", "mark_no_show"]
    assert actions(hotel, later) == ["change", "cancel"]
    assert actions(hotel, today, Permission.CANCEL) == ["cancel"]
    assert actions(hotel, today, Permission.VIEW) == []
    cancel_reservation(hotel_id=hotel.pk, reservation_id=later.id, reason="guest", actor=SYSTEM, now=NOW)
    assert actions(hotel, later) == ["reinstate"]
    start(hotel, today.room_ids[0])
    assert actions(hotel, today) == ["change"]
    run_audit_day(hotel, 5)
    assert actions(hotel, later) == []


def test_allowed_actions_on_the_whole_reservation(hotel: TestHotel) -> None:
    made = book(hotel)
    actor = make_actor(hotel, ALL)

    def allowed() -> list[str]:
        return allowed_on_reservation(view=reservation_view(hotel_id=hotel.pk, number=made.number), actor=actor)

    assert allowed() == ["update_details", "confirm", "cancel"]
    confirm_reservation(hotel_id=hotel.pk, reservation_id=made.id, actor=actor, now=NOW)
    assert allowed() == ["update_details", "cancel"]
    mark_no_show(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=actor, now=NOW)
    assert allowed() == ["update_details"]


def test_cancellation_quote_is_what_cancelling_costs(hotel: TestHotel) -> None:
    made = book(hotel, rooms=2)
    late = datetime(2026, 11, 21, 10, 0, 1, tzinfo=UTC)
    quotes = cancellation_quote(hotel_id=hotel.pk, reservation_id=made.id, now=late)
    assert (len(quotes), total_fee(quotes), quotes[0].no_show_fee) == (2, 800, 400)
    assert quotes[0].free_until == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert total_fee(cancellation_quote(hotel_id=hotel.pk, reservation_id=made.id, now=NOW)) == 0
    done = cancel_reservation(hotel_id=hotel.pk, reservation_id=made.id, reason="guest", actor=SYSTEM, now=late)
    assert done.fee == total_fee(quotes)
    with pytest.raises(NotFound):
        cancellation_quote(hotel_id=hotel.pk, reservation_id=made.id, now=late)


def update(hotel: TestHotel, made: ReservationRef, *, version: int = 1, actor: Any = SYSTEM, **of: Any) -> int:
    view = reservation_view(hotel_id=hotel.pk, number=made.number)
    return update_details(
        hotel_id=hotel.pk,
        reservation_id=made.id,
        details=details_of(view, **of),
        expected_version=version,
        actor=actor,
        now=NOW,
    )


def refused(hotel: TestHotel, attempt: Any) -> DomainError:
    before = fingerprint(hotel)
    with pytest.raises(DomainError) as refusal:
        attempt()
    assert fingerprint(hotel) == before
    return refusal.value


def test_update_details_writes_what_is_given_and_keeps_the_phone(hotel: TestHotel) -> None:
    made = book(hotel, booker_phone="13912345678", market="fit")
    sealed = Reservation.objects.get(pk=made.id).booker_phone_sealed
    assert (
        update(hotel, made, remarks="安静", special_requests=("quiet",), expected_at=time(1, 0), guarantee="card") == 2
    )
    kept = Reservation.objects.get(pk=made.id)
    assert (kept.remarks, kept.special_requests, kept.expected_at, kept.guarantee, kept.market) == (
        "安静", ["quiet"], time(1, 0), "card", "fit",
    )  # fmt: skip
    assert (kept.booker_phone_masked, kept.booker_phone_sealed) == ("139****5678", sealed)
    update(hotel, made, version=2, booker_phone="")
    kept = Reservation.objects.get(pk=made.id)
    assert (kept.booker_phone_masked, kept.booker_phone_sealed) == ("", None)


def test_update_details_audit_names_no_person(hotel: TestHotel) -> None:
    made = book(hotel)
    update(hotel, made, booker_name="保密人", booker_phone="13987654321", remarks="私事", market="corp")
    entry = AuditEntry.objects.order_by("-id")[0]
    told = str(entry.before) + str(entry.after)
    assert (entry.after["market"], entry.before["market"], entry.after["booker_name"]) == ("corp", "", "changed")
    assert not any(secret in told for secret in ("保密", "王小明", "私事", "1398", "4321"))


def test_update_details_second_clerk_sees_both_versions(hotel: TestHotel) -> None:
    """A5: never a silent loss."""
    made = book(hotel)
    update(hotel, made, remarks="甲")
    refusal = refused(hotel, lambda: update(hotel, made, remarks="乙"))
    assert isinstance(refusal, EditConflict)
    assert (refusal.current["version"], refusal.current["remarks"]) == (2, "甲")
    assert update(hotel, made, version=2, remarks="甲乙") == 3


@pytest.mark.parametrize(
    ("of", "field"),
    [
        ({"booker_name": " "}, "booker_name"),
        ({"booker_phone": "x"}, "booker_phone"),
        ({"market": "nope"}, "market"),
        ({"special_requests": ("nope",)}, "special_requests"),
        ({"guarantee": "nope"}, "guarantee"),
        ({"remarks": "x" * 1001}, "remarks"),
        ({"guest_id": 10**9}, "guest"),
        ({"organisation_id": 10**9}, "organisation"),
        ({"channel_number": "1"}, "channel"),
    ],
)
def test_update_details_impossible_is_refused_at_its_field(hotel: TestHotel, of: dict[str, Any], field: str) -> None:
    made = book(hotel)
    refusal = refused(hotel, lambda: update(hotel, made, **of))
    assert (refusal.status, refusal.field) == (422, field)


def test_update_details_retired_code_may_stay_but_not_come(hotel: TestHotel) -> None:
    made = book(hotel, market="fit")
    Code.objects.filter(hotel_id=hotel.pk, code="fit").update(is_active=False)
    assert update(hotel, made, remarks="x") == 2
    other = book(hotel)
    assert refused(hotel, lambda: update(hotel, other, market="fit")).field == "market"


def test_update_details_channel_order_of_another_is_refused(hotel: TestHotel) -> None:
    book(hotel, channel="ota", channel_number="A")
    made = book(hotel, channel="ota", channel_number="B")
    assert isinstance(refused(hotel, lambda: update(hotel, made, channel_number="A")), errors.ChannelOrderTaken)


def test_update_details_and_confirm_need_the_right_of_that_hotel(hotel: TestHotel) -> None:
    made = book(hotel)
    clerk, stranger = make_actor(hotel, [Permission.VIEW]), make_actor(make_hotel(), [Permission.CHANGE])

    def confirm(actor: Any) -> int:
        return confirm_reservation(hotel_id=hotel.pk, reservation_id=made.id, actor=actor, now=NOW)

    plain = ReservationDetails(booker_name="x")

    def write(actor: Any) -> int:
        return update_details(
            hotel_id=hotel.pk, reservation_id=made.id, details=plain, expected_version=1, actor=actor, now=NOW
        )

    for attempt in (confirm, write):
        assert isinstance(refused(hotel, lambda attempt=attempt: attempt(clerk)), Forbidden)
        assert isinstance(refused(hotel, lambda attempt=attempt: attempt(stranger)), NotFound)


def test_confirm_reservation_once_while_something_is_expected(hotel: TestHotel) -> None:
    made, gone = book(hotel), book(hotel)
    cancel_reservation(hotel_id=hotel.pk, reservation_id=gone.id, reason="guest", actor=SYSTEM, now=NOW)

    def confirm(which: ReservationRef) -> int:
        return confirm_reservation(hotel_id=hotel.pk, reservation_id=which.id, actor=SYSTEM, now=NOW)

    assert confirm(made) == 2
    assert Reservation.objects.get(pk=made.id).confirmed_at == NOW
    assert isinstance(refused(hotel, lambda: confirm(made)), errors.AlreadyConfirmed)
    assert isinstance(refused(hotel, lambda: confirm(gone)), errors.WrongStatus)
    missing = replace(made, id=10**9)
    assert isinstance(refused(hotel, lambda: confirm(missing)), NotFound)
