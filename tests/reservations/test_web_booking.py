"""The booking screen over HTTP: what was typed stays, what is wrong stands at its field, one form makes one booking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from binzhi.guests.models import Guest, Organisation
from binzhi.kernel.models import AuditEntry
from binzhi.reservations import rates, setup
from binzhi.reservations.access import Permission
from binzhi.reservations.models import Night, Reservation, RoomReservation
from binzhi.reservations.rates import RateChange
from tests.factories import TODAY, TestHotel
from tests.reservations.desk import CLERK, make_user, signed_in

IN_TWO_DAYS = TODAY + timedelta(days=2)


@pytest.fixture
def client(hotel: TestHotel) -> Client:
    return signed_in(hotel)


def url(hotel: TestHotel, rest: str = "/new") -> str:
    return f"/h/{hotel.ref.code}/reservations{rest}"


def filled(**changes: Any) -> dict[str, Any]:
    """A form as the screen sends it; None takes a field out."""
    form = {
        "arrival": TODAY.isoformat(), "departure": IN_TWO_DAYS.isoformat(), "rooms": "1", "adults": "2",
        "children": "0", "offer": "std:bar", "expected": "800.00", "guest": "", "guest_text": "贺振东",
        "booker_phone": "13805713391", "organisation": "", "organisation_text": "", "market": "fit",
        "source": "phone", "channel": "direct", "channel_number": "", "guarantee": "none", "remarks": "",
        "expected_at": "18:00", "idempotency_key": "form-1",
    }  # fmt: skip
    return {name: value for name, value in (form | changes).items() if value is not None}


def sold(hotel: TestHotel) -> int:
    return sum(Night.objects.filter(hotel_id=hotel.pk).values_list("sold", flat=True))


def assert_nothing_booked(hotel: TestHotel) -> None:
    assert Reservation.objects.count() == 0
    assert Guest.objects.count() == 0
    assert sold(hotel) == 0


def test_new_screen_shows_tonights_offers(hotel: TestHotel, client: Client) -> None:
    page = client.get(url(hotel))
    assert page.status_code == 200
    html = page.content.decode()
    assert 'value="std:bar"' in html
    assert 'value="king:bb"' in html
    assert "std:corp" not in html
    assert f'name="arrival" value="{TODAY}"' in html


def test_new_screen_takes_dates_and_guest_from_the_address(hotel: TestHotel, client: Client) -> None:
    guest = Guest.objects.create(group_id=hotel.ref.group_id, name="何志达", plain="何志达")
    html = client.get(
        f"{url(hotel)}?arrival=2026-11-26&departure=2026-11-29&guest={guest.pk}&offer=king:bar"
    ).content.decode()
    assert 'name="arrival" value="2026-11-26"' in html
    assert 'name="departure" value="2026-11-29"' in html
    assert f'name="guest" value="{guest.pk}"' in html
    assert 'value="king:bar" checked' in html


@pytest.mark.parametrize(
    "address", ["?arrival=x&departure=1&rooms=-3&adults=9999999&guest=99999999999999999999", "?arrival=1999-01-01"]
)
def test_new_screen_ignores_nonsense_in_the_address(hotel: TestHotel, client: Client, address: str) -> None:
    page = client.get(url(hotel) + address)
    assert page.status_code == 200
    assert f'name="arrival" value="{TODAY}"' in page.content.decode()


def test_parts_quote_the_stay_in_constant_statements(hotel: TestHotel, client: Client) -> None:
    address = url(hotel, "/new/parts")
    short = {"arrival": TODAY, "departure": IN_TWO_DAYS, "rooms": 1, "adults": 2, "children": 0, "offer": "std:bar"}
    counts = []
    for departure in (IN_TWO_DAYS, TODAY + timedelta(days=25)):
        with CaptureQueriesContext(connection) as captured:
            html = client.get(address, {**short, "departure": departure}).content.decode()
        counts.append(len(captured))
        assert 'value="std:bar" checked' in html
    # Session, user, posts; offers, room types, policies, parts of the package.
    assert counts == [7, 7]
    assert "800.00" not in html
    assert "10,000.00" in html


def test_parts_say_why_a_stay_cannot_be_offered(hotel: TestHotel, client: Client) -> None:
    page = client.get(
        url(hotel, "/new/parts"), {"arrival": "2026-11-25", "departure": "2026-11-24", "rooms": 1, "adults": 1}
    )
    assert page.status_code == 200
    assert "before the arrival date" in page.content.decode()


def test_parts_name_the_reason_of_each_row_that_cannot_be_booked(hotel: TestHotel, client: Client) -> None:
    Night.objects.filter(hotel_id=hotel.pk, room_type_id=hotel.room_types["king"]).update(closed=True)
    rates.write(
        hotel_id=hotel.pk, rate_plan_id=hotel.plans["bb"], room_type_ids=[hotel.room_types["std"]], first=TODAY,
        last=TODAY, change=RateChange(closed_to_arrival=True),
    )  # fmt: skip
    html = client.get(
        url(hotel, "/new/parts"), {"arrival": TODAY, "departure": IN_TWO_DAYS, "rooms": 1, "adults": 2}
    ).content.decode()
    assert html.count("Sale stopped") == 2
    assert html.count("No arrival that day") == 1
    assert html.count("disabled") == 3


def test_parts_add_a_room_and_take_it_out_again(hotel: TestHotel, client: Client) -> None:
    stay = {"arrival": TODAY, "departure": IN_TWO_DAYS, "rooms": 2, "adults": 2, "children": 0, "offer": "std:bar"}
    html = client.get(url(hotel, "/new/parts"), stay | {"part": "quote", "add": "1"}).content.decode()
    line = f"std:bar:{TODAY}:{IN_TWO_DAYS}:2:0:2:800.00"
    assert f'name="line" value="{line}"' in html
    assert "1,600.00" in html
    assert "checked" not in html
    html = client.get(
        url(hotel, "/new/parts"), stay | {"part": "quote", "drop": "0", "line": line, "offer": ""}
    ).content.decode()
    assert 'name="line"' not in html


def test_book_makes_the_guest_file_and_one_reservation(hotel: TestHotel, client: Client) -> None:
    answer = client.post(url(hotel), filled(special_requests=["high", "quiet"], remarks="远离电梯"))
    made = Reservation.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url(hotel, f"/{made.number}"))
    guest = Guest.objects.get()
    assert (guest.name, guest.phone_masked) == ("贺振东", "138****3391")
    assert (made.guest_id, made.booker_name, made.booker_phone_masked) == (guest.pk, "贺振东", "138****3391")
    assert (made.market, made.source, made.channel, made.remarks) == ("fit", "phone", "direct", "远离电梯")
    assert list(made.special_requests) == ["high", "quiet"]
    (room,) = made.rooms.all()
    assert (room.arrival, room.departure, room.adults, room.guest_id) == (TODAY, IN_TWO_DAYS, 2, guest.pk)
    assert [night.price for night in room.nights.order_by("night")] == [400, 400]
    assert sold(hotel) == 2


def test_book_the_same_form_twice_makes_one_reservation(hotel: TestHotel, client: Client) -> None:
    first = client.post(url(hotel), filled())
    second = client.post(url(hotel), filled())
    assert Reservation.objects.count() == 1
    assert Guest.objects.count() == 1
    assert sold(hotel) == 2
    assert second["Location"] == first["Location"]


def test_book_the_same_token_with_other_content_asks_again_and_gives_a_new_token(
    hotel: TestHotel, client: Client
) -> None:
    client.post(url(hotel), filled())
    answer = client.post(url(hotel), filled(guest_text="王小明"))
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "already sent" in html
    assert 'name="idempotency_key" value="form-1"' not in html
    assert Reservation.objects.count() == 1


def test_book_two_clerks_may_use_the_same_token(hotel: TestHotel, client: Client) -> None:
    client.post(url(hotel), filled())
    signed_in(hotel).post(url(hotel), filled(guest_text="王小明"))
    assert Reservation.objects.count() == 2


def test_book_several_rooms_of_several_types_in_one_reservation(hotel: TestHotel, client: Client) -> None:
    line = f"king:bb:{TODAY}:{TODAY + timedelta(days=1)}:1:0:1:420.00"
    client.post(url(hotel), filled(rooms="2", line=line))
    rooms = list(RoomReservation.objects.order_by("position"))
    assert [(room.room_type.code, room.rate_plan.code, room.adults, room.nights.count()) for room in rooms] == [
        ("king", "bb", 1, 1), ("std", "bar", 2, 2), ("std", "bar", 2, 2),
    ]  # fmt: skip
    assert Reservation.objects.count() == 1


def test_book_known_guest_needs_no_phone_and_makes_no_file(hotel: TestHotel, client: Client) -> None:
    guest = Guest.objects.create(group_id=hotel.ref.group_id, name="何志达", plain="何志达")
    client.post(url(hotel), filled(guest=str(guest.pk), guest_text="何志达", booker_phone=""))
    assert Reservation.objects.get().guest_id == guest.pk
    assert Guest.objects.count() == 1


def test_book_same_name_and_phone_finds_the_file_again(hotel: TestHotel, client: Client) -> None:
    client.post(url(hotel), filled())
    client.post(url(hotel), filled(idempotency_key="form-2"))
    assert Reservation.objects.count() == 2
    assert Guest.objects.count() == 1


def test_book_without_the_right_to_open_files_books_on_the_name(hotel: TestHotel) -> None:
    client = signed_in(hotel, [Permission.VIEW, Permission.CREATE])
    client.post(url(hotel), filled())
    made = Reservation.objects.get()
    assert (made.guest_id, made.booker_name) == (None, "贺振东")
    assert Guest.objects.count() == 0


FAULTS = [
    ({"arrival": "morgen"}, "id_arrival", "This is not a date"),
    ({"arrival": "2026-11-20"}, "id_arrival", "has passed"),
    ({"departure": "2026-11-19"}, "id_departure", "before the arrival date"),
    ({"departure": "2027-01-15"}, "id_departure", "at most 30 nights"),
    ({"adults": "0"}, "id_adults", "At least one guest"),
    ({"adults": "3"}, "id_adults", "at most 2 adults"),
    ({"rooms": "0"}, "id_rooms", "greater than or equal to 1"),
    ({"rooms": "6"}, "id_offer", "No room of this type is left"),
    ({"offer": ""}, "id_offer", "Choose a room and a rate"),
    ({"offer": "castle:bar"}, "id_offer", "castle"),
    ({"guest_text": ""}, "id_guest_text", "Who is coming?"),
    ({"guest_text": "x" * 121}, "id_guest_text", "at most 120"),
    ({"booker_phone": ""}, "id_booker_phone", "needs a phone"),
    ({"booker_phone": "138 0571 33"}, "id_booker_phone", "phone"),
    ({"organisation_text": "启衡制造"}, "id_organisation_text", "from the list"),
    ({"expected_at": "25:00"}, "id_expected_at", "This is not a time"),
    ({"market": "nobody"}, "id_market", "nobody"),
    ({"channel_number": "CT-1", "channel": ""}, "id_channel", "needs its channel"),
    ({"remarks": "x" * 1001}, "id_remarks", "at most 1000"),
]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    FAULTS,
    ids=[next(iter(c)) + "=" + str(next(iter(c.values())))[:12] for c, _f, _w in FAULTS],
)
def test_book_fault_stands_at_its_field_and_nothing_is_lost_or_booked(
    hotel: TestHotel, client: Client, change: dict[str, str], field: str, words: str
) -> None:
    answer = client.post(url(hotel), filled(**({"remarks": "轻声"} | change)))
    html = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert f'href="#{field}"' in html
    assert words in html
    for name, value in filled(**({"remarks": "轻声"} | change)).items():
        if name in ("guest_text", "booker_phone", "remarks") and value:
            assert value in html
    assert_nothing_booked(hotel)


def test_book_price_that_changed_meanwhile_is_shown_and_asked_for_again(hotel: TestHotel, client: Client) -> None:
    rates.write(
        hotel_id=hotel.pk, rate_plan_id=hotel.plans["bar"], room_type_ids=[hotel.room_types["std"]], first=TODAY,
        last=TODAY, change=RateChange(price=450),
    )  # fmt: skip
    answer = client.post(url(hotel), filled())
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "from ¥800.00 to ¥850.00" in html
    assert 'name="expected" value="850.00"' in html
    assert 'value="std:bar" checked' in html
    assert_nothing_booked(hotel)
    assert client.post(url(hotel), filled(expected="850.00")).status_code == 302


def test_book_guarantee_needed_by_the_rate_is_told_at_the_guarantee(hotel: TestHotel, client: Client) -> None:
    setup.create_plan(
        hotel_id=hotel.pk,
        spec=setup.PlanSpec(
            code="firm", name="预付", kind="derived", parent_id=hotel.plans["bar"], guarantee_required=True,
            cancellation_policy_id=hotel.policies["flex"],
        ),
    )  # fmt: skip
    answer = client.post(url(hotel), filled(offer="std:firm", expected=""))
    assert answer.status_code == 422
    assert "needs a guarantee" in answer.content.decode()
    assert_nothing_booked(hotel)


def test_book_agreement_rate_is_offered_to_its_company_only(hotel: TestHotel, client: Client) -> None:
    company = Organisation.objects.create(group_id=hotel.ref.group_id, name="启衡制造", code="QH")
    setup.create_agreement(hotel_id=hotel.pk, rate_plan_id=hotel.plans["corp"], organisation_id=company.pk)
    stay = {"arrival": TODAY, "departure": IN_TWO_DAYS, "rooms": 1, "adults": 2, "children": 0}
    assert "std:corp" not in client.get(url(hotel, "/new/parts"), stay).content.decode()
    assert "std:corp" in client.get(url(hotel, "/new/parts"), {**stay, "organisation": company.pk}).content.decode()


@pytest.mark.parametrize("path", ["/new", "/new/parts"])
def test_booking_screens_keep_out_who_may_not_book(hotel: TestHotel, path: str) -> None:
    assert Client().get(url(hotel, path)).status_code == 302
    reader = signed_in(hotel, [Permission.VIEW])
    assert reader.get(url(hotel, path)).status_code == 403
    assert reader.post(url(hotel), filled()).status_code == 403
    assert_nothing_booked(hotel)


def test_booking_screen_of_another_hotel_does_not_exist(hotel: TestHotel) -> None:
    from tests.factories import make_hotel

    other = make_hotel()
    assert signed_in(other).get(url(hotel)).status_code == 404
    assert signed_in(other).post(url(hotel), filled()).status_code == 404


def test_book_audit_names_the_clerk_and_no_guest(hotel: TestHotel) -> None:
    user = make_user(hotel, CLERK)
    client = Client()
    client.force_login(user)
    client.post(url(hotel), filled())
    entry = AuditEntry.objects.get(operation="reservation.created")
    assert entry.user_id == user.pk
    assert "贺振东" not in str(entry.after)
    assert "13805713391" not in str(entry.after)
