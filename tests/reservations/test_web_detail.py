"""One reservation over HTTP: shown, confirmed, edited, changed, cancelled, taken up again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from binzhi.kernel.models import AuditEntry
from binzhi.reservations.access import Permission
from binzhi.reservations.models import Night, Reservation, RoomReservation
from binzhi.reservations.queries import details_of, reservation_view
from binzhi.reservations.requests import ReservationRef
from binzhi.reservations.services import create_reservation, update_details
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel
from tests.reservations.desk import CLERK, signed_in

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True)


@pytest.fixture
def client(hotel: TestHotel) -> Client:
    return signed_in(hotel)


def book(hotel: TestHotel, **more: Any) -> ReservationRef:
    more = {"booker_phone": "13805713391", "arrival": TOMORROW} | more
    return create_reservation(hotel_id=hotel.pk, booking=booking(**more), actor=SYSTEM, now=NOW)


def url(hotel: TestHotel, made: ReservationRef, rest: str = "") -> str:
    return f"/h/{hotel.ref.code}/reservations/{made.number}{rest}"


def sold(hotel: TestHotel) -> int:
    return sum(Night.objects.filter(hotel_id=hotel.pk).values_list("sold", flat=True))


def version_of(made: ReservationRef) -> int:
    return Reservation.objects.get(pk=made.id).version


def test_detail_shows_rooms_nights_wishes_and_masked_phone(hotel: TestHotel, client: Client) -> None:
    made = book(hotel, rooms=2, special_requests=("quiet",), remarks="靠窗", channel="ota", channel_number="CT-1")
    html = client.get(url(hotel, made)).content.decode()
    for words in ("王小明", "138****3391", "安静房", "靠窗", "CT-1", "¥1,600.00", "400.00", "no room yet", "OTA"):
        assert words in html
    assert "13805713391" not in html
    assert html.count("<article") == 2


@pytest.mark.parametrize("rooms", [1, 5])
def test_detail_statements_do_not_grow_with_rooms(
    hotel: TestHotel, client: Client, rooms: int, django_assert_num_queries: Any
) -> None:
    made = book(hotel, rooms=rooms)
    # Session, user, posts; reservation, codes, policies, room types, history.
    with django_assert_num_queries(9):
        client.get(url(hotel, made))


def test_detail_of_another_hotel_or_no_reservation_is_not_found(hotel: TestHotel, client: Client) -> None:
    other = make_hotel()
    made = book(other)
    assert client.get(url(hotel, made)).status_code == 404
    assert client.get(url(other, made)).status_code == 404
    assert client.get(f"/h/{hotel.ref.code}/reservations/99999999").status_code == 404


def test_confirmation_text_is_there_in_both_languages(hotel: TestHotel, client: Client) -> None:
    made = book(hotel, guarantee="card")
    html = client.get(url(hotel, made)).content.decode()
    assert f"订单号：{made.number}" in html
    assert "2026-11-22 周日" in html
    assert f"Number: {made.number}" in html
    assert "2026-11-22 Sun" in html
    assert html.count("400.00 + 400.00") == 2


def test_confirm_is_noted_once_and_told_in_the_history(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    client.post(url(hotel, made, "/confirm"))
    noted = Reservation.objects.get(pk=made.id).confirmed_at
    assert noted is not None
    html = client.post(url(hotel, made, "/confirm"), follow=True).content.decode()
    assert Reservation.objects.get(pk=made.id).confirmed_at == noted
    assert "confirmed already" in html
    assert "Confirmed to the guest</b> · 钱多多" in html


def details_form(made: ReservationRef, **changes: Any) -> dict[str, Any]:
    return {
        "guest": "", "guest_text": "王小明", "booker_phone": "", "organisation": "", "organisation_text": "",
        "market": "fit", "source": "phone", "channel": "direct", "channel_number": "", "guarantee": "card",
        "remarks": "高楼层", "expected_at": "20:30", "version": version_of(made),
    } | changes  # fmt: skip


def test_details_are_saved_and_an_empty_phone_keeps_the_old_one(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    answer = client.post(url(hotel, made, "/details"), details_form(made, special_requests=["high"]))
    assert answer.status_code == 302
    saved = Reservation.objects.get(pk=made.id)
    assert (saved.guarantee, saved.remarks, f"{saved.expected_at:%H:%M}") == ("card", "高楼层", "20:30")
    assert (saved.booker_phone_masked, list(saved.special_requests)) == ("138****3391", ["high"])
    html = client.get(url(hotel, made)).content.decode()
    assert "Guarantee: " in html
    assert "→ Card" in html


def test_details_saved_by_somebody_else_meanwhile_show_both_sides_and_write_nothing(
    hotel: TestHotel, client: Client
) -> None:
    made = book(hotel)
    form = details_form(made, remarks="轻声")
    view = reservation_view(hotel_id=hotel.pk, number=made.number)
    update_details(
        hotel_id=hotel.pk, reservation_id=made.id, details=details_of(view, remarks="靠窗", guarantee="company"),
        expected_version=view.version, actor=SYSTEM, now=NOW,
    )  # fmt: skip
    answer = client.post(url(hotel, made, "/details"), form)
    html = answer.content.decode()
    assert answer.status_code == 412
    assert "<td>轻声</td><td><b>靠窗</b></td>" in html
    assert "<td>Card</td><td><b>Company</b></td>" in html
    assert f'name="version" value="{version_of(made)}"' in html
    assert Reservation.objects.get(pk=made.id).remarks == "靠窗"
    # Having seen it, the clerk saves over it.
    assert client.post(url(hotel, made, "/details"), form | {"version": version_of(made)}).status_code == 302
    assert Reservation.objects.get(pk=made.id).remarks == "轻声"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"guest_text": ""}, "Who is coming?"),
        ({"organisation_text": "启衡制造"}, "from the list"),
        ({"booker_phone": "12"}, "phone"),
        ({"expected_at": "7pm"}, "not a time"),
        ({"remarks": "x" * 1001}, "at most 1000"),
    ],
)
def test_details_fault_keeps_what_was_typed_and_saves_nothing(
    hotel: TestHotel, client: Client, change: dict[str, str], words: str
) -> None:
    made = book(hotel)
    answer = client.post(url(hotel, made, "/details"), details_form(made, channel="ota") | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Reservation.objects.get(pk=made.id).channel == ""


def stay_form(made: ReservationRef, **changes: Any) -> dict[str, Any]:
    return {
        "arrival": TOMORROW, "departure": TOMORROW + timedelta(days=2), "room_type": "std", "rate_plan": "bar",
        "adults": 2, "children": 0, "infants": 0, "version": version_of(made),
    } | changes  # fmt: skip


def test_quote_shows_the_new_price_and_changes_nothing(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    html = client.get(
        url(hotel, made, "/rooms/1/quote"), stay_form(made, departure=TOMORROW + timedelta(days=3), room_type="king")
    ).content.decode()
    assert 'name="expected" value="1200.00"' in html
    assert "until now ¥800.00" in html
    assert "+¥400.00" in html
    assert (sold(hotel), version_of(made), AuditEntry.objects.filter(operation="reservation.changed").count()) == (
        2,
        1,
        0,
    )


def test_quote_says_why_a_stay_cannot_be(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    Night.objects.filter(hotel_id=hotel.pk, room_type_id=hotel.room_types["king"]).update(closed=True)
    html = client.get(url(hotel, made, "/rooms/1/quote"), stay_form(made, room_type="king")).content.decode()
    assert "sale of this room type is stopped" in html
    assert sold(hotel) == 2


def test_change_saves_what_was_quoted(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    form = stay_form(made, departure=TOMORROW + timedelta(days=3), expected="1200.00")
    assert client.post(url(hotel, made, "/rooms/1/change"), form).status_code == 302
    room = RoomReservation.objects.get()
    assert (room.departure, room.nights.count(), sold(hotel)) == (TOMORROW + timedelta(days=3), 3, 3)
    assert "Departure: 11-24 → 11-25" in client.get(url(hotel, made)).content.decode()


def test_change_at_another_price_than_seen_is_asked_again(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    form = stay_form(made, departure=TOMORROW + timedelta(days=3), expected="1100.00")
    answer = client.post(url(hotel, made, "/rooms/1/change"), form)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "The price has changed" in html
    assert 'name="expected" value="1200.00"' in html
    assert sold(hotel) == 2


def test_change_on_an_old_version_shows_both_stays(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    old = stay_form(made, adults=1)
    client.post(url(hotel, made, "/rooms/1/change"), stay_form(made, departure=TOMORROW + timedelta(days=4)))
    answer = client.post(url(hotel, made, "/rooms/1/change"), old)
    assert answer.status_code == 412
    assert "<td>2026-11-24</td><td><b>2026-11-26</b></td>" in answer.content.decode()
    assert RoomReservation.objects.get().adults == 2


def test_cancel_shows_the_fee_first_and_then_charges_it(hotel: TestHotel, client: Client) -> None:
    made = book(hotel, rate_plan="bb")
    shown = client.get(url(hotel, made, "/cancel")).content.decode()
    assert "¥440.00" in shown
    room = RoomReservation.objects.get()
    form = {"reason": "guest", "note": "航班取消", "room": room.pk, "version": version_of(made)}
    html = client.post(url(hotel, made, "/cancel"), form, follow=True).content.decode()
    room.refresh_from_db()
    assert (room.status, room.end_reason, room.end_note, sold(hotel)) == ("cancelled", "guest", "航班取消", 0)
    assert "Cancelled; fee ¥440.00." in html
    assert "客人取消" in html


def test_cancel_without_a_reason_is_refused_at_the_reason(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    room = RoomReservation.objects.get()
    answer = client.post(url(hotel, made, "/cancel"), {"reason": "", "room": room.pk, "version": version_of(made)})
    assert answer.status_code == 422
    assert 'href="#id_reason"' in answer.content.decode()
    assert sold(hotel) == 2


def test_cancel_one_room_of_two_leaves_the_other(hotel: TestHotel, client: Client) -> None:
    made = book(hotel, rooms=2)
    second = RoomReservation.objects.get(position=2)
    client.post(url(hotel, made, "/cancel"), {"reason": "guest", "room": second.pk, "version": version_of(made)})
    assert list(RoomReservation.objects.order_by("position").values_list("status", flat=True)) == [
        "reserved",
        "cancelled",
    ]
    assert sold(hotel) == 2


def test_cancel_waives_the_fee_only_for_who_may(hotel: TestHotel, client: Client) -> None:
    made = book(hotel, rate_plan="bb")
    room = RoomReservation.objects.get()
    form = {"reason": "guest", "room": room.pk, "version": version_of(made), "waive_fee": "on"}
    assert client.post(url(hotel, made, "/cancel"), form).status_code == 403
    assert sold(hotel) == 2
    manager = signed_in(hotel, [*CLERK, Permission.WAIVE_FEE])
    assert "waive_fee" in manager.get(url(hotel, made, "/cancel")).content.decode()
    assert "Cancelled, free of charge." in manager.post(url(hotel, made, "/cancel"), form, follow=True).content.decode()


def test_reinstate_takes_the_room_up_again(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    room = RoomReservation.objects.get()
    client.post(url(hotel, made, "/cancel"), {"reason": "guest", "room": room.pk, "version": version_of(made)})
    html = client.post(url(hotel, made, "/rooms/1/reinstate"), follow=True).content.decode()
    room.refresh_from_db()
    assert (room.status, sold(hotel)) == ("reserved", 2)
    assert "Taken up again at the prices agreed." in html


def test_no_show_is_told_with_its_fee(hotel: TestHotel, client: Client) -> None:
    made = book(hotel, arrival=TODAY)
    assert "¥400.00" in client.get(url(hotel, made, "/rooms/1/no-show")).content.decode()
    html = client.post(url(hotel, made, "/rooms/1/no-show"), {"note": ""}, follow=True).content.decode()
    assert RoomReservation.objects.get().status == "no_show"
    assert "Noted as no-show; fee ¥400.00." in html


def test_no_show_before_the_day_of_arrival_is_refused(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    answer = client.post(url(hotel, made, "/rooms/1/no-show"), {"note": ""})
    assert answer.status_code == 409
    assert RoomReservation.objects.get().status == "reserved"


ACTIONS = ["/confirm", "/details", "/cancel", "/rooms/1/change", "/rooms/1/no-show", "/rooms/1/reinstate"]


@pytest.mark.parametrize("action", ACTIONS)
def test_action_without_its_right_is_forbidden_and_not_offered(hotel: TestHotel, action: str) -> None:
    made = book(hotel)
    reader = signed_in(hotel, [Permission.VIEW])
    assert reader.post(url(hotel, made, action), {}).status_code == 403
    assert Client().post(url(hotel, made, action), {}).status_code == 302
    assert signed_in(make_hotel()).post(url(hotel, made, action), {}).status_code == 404
    assert url(hotel, made, action) not in reader.get(url(hotel, made)).content.decode()
    assert (sold(hotel), version_of(made)) == (2, 1)


def test_panel_is_a_part_for_htmx_and_a_page_by_itself(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    part = client.get(url(hotel, made, "/cancel"), headers={"HX-Request": "true"}).content.decode()
    whole = client.get(url(hotel, made, "/cancel")).content.decode()
    assert "<!doctype" not in part
    assert part.strip() in whole or 'name="reason"' in whole
    assert "<!doctype" in whole


def test_action_from_the_panel_sends_the_browser_on(hotel: TestHotel, client: Client) -> None:
    made = book(hotel)
    room = RoomReservation.objects.get()
    answer = client.post(
        url(hotel, made, "/cancel"), {"reason": "guest", "room": room.pk, "version": version_of(made)},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert (answer.status_code, answer["HX-Redirect"]) == (204, url(hotel, made))


def test_value_of_the_page_counts_what_is_still_expected(hotel: TestHotel, client: Client) -> None:
    made = book(hotel, rooms=2)
    second = RoomReservation.objects.get(position=2)
    client.post(url(hotel, made, "/cancel"), {"reason": "guest", "room": second.pk, "version": version_of(made)})
    assert reservation_view(hotel_id=hotel.pk, number=made.number).total == Decimal(800)
