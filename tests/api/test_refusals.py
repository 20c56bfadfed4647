"""Bad input and missing rights: a clear answer at its field, and nothing changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Api, booking_body, issue, read
from tests.factories import TODAY, TestHotel, fingerprint, make_hotel


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"room": {"arrival": "2026-02-31"}}, 422, "rooms.0.arrival"),
        ({"room": {"departure": "2026-11-20"}}, 422, "departure"),
        ({"room": {"arrival": "2020-01-01"}}, 422, "arrival"),
        ({"room": {"departure": "9999-12-31"}}, 422, "departure"),
        ({"room": {"adults": 0}}, 422, "adults"),
        ({"room": {"adults": 9}}, 422, "adults"),
        ({"room": {"adults": -1}}, 422, "rooms.0.adults"),
        ({"room": {"room_type": "castle"}}, 422, "room_type"),
        ({"room": {"rate_plan": "gold"}}, 422, "rate_plan"),
        ({"room": {"expected_total": "1.00"}}, 409, "expected_total"),
        ({"booker_name": "甲" * 121}, 422, "booker_name"),
        ({"booker_name": " \x00 "}, 422, "booker_name"),
        ({"market": "moon"}, 422, "market"),
        ({"channel": "nowhere"}, 422, "channel"),
        ({"special_requests": ["cake"]}, 422, "special_requests"),
        ({"guest_id": 99999999}, 422, "guest"),
        ({"guest_id": -1}, 422, "guest_id"),
        ({"booker_phone": "12"}, 422, "booker_phone"),
        ({"surprise": 1}, 422, "surprise"),
        ({"rooms": []}, 422, "rooms"),
    ],
)
def test_create_with_bad_input_names_the_field_and_changes_nothing(
    api: Api, hotel: TestHotel, change: dict[str, Any], status: int, field: str
) -> None:
    before = fingerprint(hotel)
    answer = api.post("/reservations", booking_body(**change))
    told = read(answer)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert field in [error["field"] for error in told["errors"]], told
    assert told["status"] == status
    assert told["detail"]
    assert fingerprint(hotel) == before


@pytest.mark.parametrize("name", ["𠮷野家𬭸", "محمد علي", "阿卜杜热合曼·买买提吐尔逊艾合买提江", "X", "🙂🙂"])
def test_create_with_names_of_all_scripts_keeps_them(api: Api, name: str) -> None:
    number = read(api.post("/reservations", booking_body(booker_name=name)))["number"]
    assert read(api.get(f"/reservations/{number}"))["booker_name"] == name


def test_broken_json_is_a_problem_not_a_crash(api: Api) -> None:
    answer = api.client.generic(
        "POST", f"/api/v1/hotels/{api.hotel}/reservations", b"{", content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {api.token}", HTTP_IDEMPOTENCY_KEY="x",
    )  # fmt: skip
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_create_without_idempotency_key_is_refused(api: Api) -> None:
    answer = api.send("POST", "/reservations", booking_body())
    assert (answer.status_code, read(answer)["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_same_key_gives_the_same_reservation_and_another_body_is_refused(api: Api, hotel: TestHotel) -> None:
    first = api.post("/reservations", booking_body(), idempotency_key="once")
    again = api.post("/reservations", booking_body(), idempotency_key="once")
    other = api.post("/reservations", booking_body(booker_name="李四"), idempotency_key="once")
    assert (first.status_code, again.status_code) == (201, 201)
    assert read(first) == read(again)
    assert again["Idempotent-Replay"] == "true"
    assert (other.status_code, read(other)["code"]) == (422, "idempotency_key_reused")
    assert len(read(api.get("/reservations"))["items"]) == 1


def test_stranger_and_wrong_token_are_sent_away(api: Api) -> None:
    for token in ("", "bz_wrong"):
        answer = Api(api.client, api.hotel, token).get("/reservations")
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_colleague_of_another_hotel_finds_nothing(api: Api, client: Client) -> None:
    number = read(api.post("/reservations", booking_body()))["number"]
    other = make_hotel(with_billing=True, group="api")
    theirs = issue(other, ["reservations.view_reservations"], username="other-house")
    assert Api(client, api.hotel, theirs).get("/reservations").status_code == 404
    assert Api(client, other.ref.code, theirs).get(f"/reservations/{number}").status_code == 404


def test_token_without_the_scope_is_forbidden_and_changes_nothing(api: Api, hotel: TestHotel, client: Client) -> None:
    weak = Api(client, api.hotel, issue(hotel, ["reservations.view_reservations"], username="reader"))
    before = fingerprint(hotel)
    answer = weak.post("/reservations", booking_body())
    assert (answer.status_code, read(answer)["code"]) == (403, "forbidden")
    assert fingerprint(hotel) == before


def test_charge_in_another_currency_is_refused(api: Api, hotel: TestHotel) -> None:
    stay = read(api.post("/reservations", booking_body()))["room_ids"][0]
    api.post(f"/stays/{stay}/room", {"room": "101"})
    folio = read(api.post(f"/stays/{stay}/check-in", {"registrations": [{"name": "王小明"}], "coming_later": 1}))[
        "folio"
    ]
    before = fingerprint(hotel)
    answer = api.post(f"/folios/{folio}/charges", {"code": "2010", "amount": "10.00", "currency": "USD"})
    assert (answer.status_code, read(answer)["errors"][0]["field"]) == (422, "currency")
    assert fingerprint(hotel) == before


def test_search_over_a_thousand_years_is_refused(api: Api) -> None:
    answer = api.get(f"/availability?arrival={TODAY}&departure=3026-11-21")
    assert answer.status_code == 422
