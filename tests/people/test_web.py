"""The gate and one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from binzhi.kernel import db
from binzhi.kernel.errors import Busy, DomainError, Forbidden, InvalidInput, NotFound
from binzhi.people import tokens
from binzhi.people.middleware import StaffMiddleware
from binzhi.people.models import ApiToken, User
from binzhi.people.setup import StaffRef, create_post
from binzhi.people.setup import employ as give_post
from binzhi.people.web import screen
from binzhi.property.queries import HotelRef
from tests.factories import TODAY
from tests.guests.conftest import new_hotel
from tests.people.conftest import sign_in, staff_of

Employ = Callable[..., StaffRef]


@pytest.fixture
def boss(employ: Employ) -> Client:
    employ("shen.liqun", "general-manager")
    return sign_in("shen.liqun")[0]


# ---------------------------------------------------------------- the gate


def test_unknown_hotel_and_hotel_of_others_are_the_same_page(hotel: HotelRef, boss: Client) -> None:
    other = new_hotel()
    pages = [boss.get(f"/h/{code}/account") for code in (other.code, "no-such-hotel")]
    assert [page.status_code for page in pages] == [404, 404]
    # The same page but for the code in the address and what no two pages share.
    plain = {
        re.sub(r'="[A-Za-z0-9]{32,}"', "", page.content.decode().replace(code, ""))
        for page, code in zip(pages, (other.code, "no-such-hotel"), strict=True)
    }
    assert len({re.sub(r'data-now="[^"]*"', "", page) for page in plain}) == 1


def test_stranger_is_sent_to_sign_in_and_back(hotel: HotelRef) -> None:
    answer = Client().get(f"/h/{hotel.code}/account?x=1")
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next=/h/{hotel.code}/account%3Fx%3D1")
    assert Client().get("/h/no-such-hotel/account").status_code == 302


def test_request_carries_actor_hotel_and_post(hotel: HotelRef, employ: Employ, rf: Any) -> None:
    someone = employ("lin.xiao")
    seen: dict[str, Any] = {}

    @screen("guests.view_guest")
    def view(request: Any) -> HttpResponse:
        seen.update(
            hotel=request.hotel, hotels=request.hotels, staff=request.actor.staff_id, post=request.standing.post
        )
        return HttpResponse()

    request = signed_in_request(rf, someone)
    middleware = StaffMiddleware(lambda r: HttpResponse())
    middleware(request)
    middleware.process_view(request, view, (), {"hotel": hotel.code})
    assert view(request, hotel=hotel.code).status_code == 200
    assert seen == {"hotel": hotel, "hotels": [hotel], "staff": someone.staff_id, "post": "接待员"}


def signed_in_request(rf: Any, someone: StaffRef) -> Any:
    request = rf.get("/")
    request.user = User.objects.get(pk=someone.user_id)
    request.session = {}
    request.COOKIES["sessionid"] = "x"
    return request


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(NotFound(), 404), (Forbidden(), 403), (InvalidInput(), 422), (Busy(), 409), (DomainError(), 409)],
)
def test_refusal_that_a_view_lets_out_becomes_the_page_of_its_status(
    hotel: HotelRef, employ: Employ, rf: Any, refusal: DomainError, status: int
) -> None:
    @screen()
    def view(request: HttpRequest) -> HttpResponse:
        raise refusal

    request = signed_in_request(rf, employ("lin.xiao"))
    StaffMiddleware(lambda r: HttpResponse())(request)
    answer = view(request)
    assert answer.status_code == status
    assert refusal.text in answer.content.decode()
    assert answer.headers.get("Retry-After") == ("1" if status == 409 and isinstance(refusal, Busy) else None)


def test_a_bug_in_a_view_is_not_dressed_up(hotel: HotelRef, employ: Employ, rf: Any) -> None:
    @screen()
    def view(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    request = signed_in_request(rf, employ("lin.xiao"))
    with pytest.raises(ZeroDivisionError):
        view(request)


def test_screen_costs_three_statements_before_the_view(
    hotel: HotelRef, boss: Client, django_assert_num_queries: Any
) -> None:
    """Session, user, posts: who acts is known in one statement, which binds the database as well."""
    create_post(hotel_id=hotel.pk, code="nothing", name="无", permissions=[])
    boss.get("/")
    with django_assert_num_queries(3):
        boss.get("/")


@pytest.mark.django_db(transaction=True)
def test_stranger_on_the_connection_of_a_colleague_sees_no_hotel() -> None:
    hotel = new_hotel()
    create_post(hotel_id=hotel.pk, code="clerk", name="员", permissions=["people.own_account"])
    staff_of(hotel, "lin.xiao", "clerk")
    db.clear_scope()
    client, _status = sign_in("lin.xiao")
    assert client.get(f"/h/{hotel.code}/account").status_code == 200
    Client().get("/accounts/login/")
    assert db.fetch_value("SELECT count(*) FROM property_businessday") == 0


def test_last_hotel_is_remembered(hotel: HotelRef, boss: Client) -> None:
    other = new_hotel()
    create_post(hotel_id=other.pk, code="clerk", name="员", permissions=["people.own_account"])
    user_id = User.objects.get(username="shen.liqun").pk
    give_post(hotel_id=other.pk, user_id=user_id, post="clerk", since=TODAY)
    assert boss.get("/")["Location"] == f"/h/{hotel.code}/today"
    assert boss.get(f"/h/{other.code}/account").status_code == 200
    assert boss.get("/")["Location"] == f"/h/{other.code}/today"


# ---------------------------------------------------------------- account


def test_language_is_kept_for_the_user_and_greets_on_a_new_screen(hotel: HotelRef, boss: Client) -> None:
    answer = boss.post(f"/h/{hotel.code}/account/language", {"language": "en"})
    assert (answer.status_code, answer.cookies["binzhi_language"].value) == (302, "en")
    elsewhere, _status = sign_in("shen.liqun")
    assert '<html lang="en"' in elsewhere.get(f"/h/{hotel.code}/account").content.decode()
    elsewhere.cookies["binzhi_language"] = "zh-hans"
    assert '<html lang="zh-CN"' in elsewhere.get(f"/h/{hotel.code}/account").content.decode()


def test_language_that_is_not_there_changes_nothing(hotel: HotelRef, boss: Client) -> None:
    answer = boss.post(f"/h/{hotel.code}/account/language", {"language": "tlh"})
    assert answer.status_code == 422
    assert User.objects.get(username="shen.liqun").language == ""


def test_token_is_shown_once_and_never_again(hotel: HotelRef, boss: Client) -> None:
    answer = boss.post(f"/h/{hotel.code}/account/tokens", {"name": "门户", "scopes": ["guests.view_guest"]})
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (201, True)
    page = answer.content.decode()
    raw = page.split('id="new-token">')[1].split("<")[0]
    known = tokens.authenticate(raw)
    assert known is not None
    assert known[2] == frozenset({"guests.view_guest"})
    assert raw not in boss.get(f"/h/{hotel.code}/account").content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "", "scopes": ["guests.view_guest"]}, {"name": "x", "scopes": []}, {"name": "x", "scopes": ["rockets.launch"]},
        {"name": "x", "scopes": ["guests.view_guest"], "expires_on": "2020-01-01"},
        {"name": "x", "scopes": ["guests.view_guest"], "expires_on": "31.02.2027"}, {"name": "x\0", "scopes": ["guests.view_guest"]},
    ],
)  # fmt: skip
def test_token_form_that_cannot_be_taken_is_answered_at_its_field(
    hotel: HotelRef, boss: Client, typed: dict[str, Any]
) -> None:
    answer = boss.post(f"/h/{hotel.code}/account/tokens", typed)
    assert answer.status_code == 422
    assert 'class="msg"' in answer.content.decode()
    assert ApiToken.objects.count() == 0


def test_token_is_revoked_by_its_button(hotel: HotelRef, boss: Client) -> None:
    boss.post(f"/h/{hotel.code}/account/tokens", {"name": "门户", "scopes": ["guests.view_guest"]})
    token = ApiToken.objects.get()
    assert boss.post(f"/h/{hotel.code}/account/tokens/{token.pk}/revoke").status_code == 302
    assert ApiToken.objects.get().revoked_at is not None
    assert boss.post(f"/h/{hotel.code}/account/tokens/999999/revoke").status_code == 404


def test_receptionist_has_an_account_without_tokens(hotel: HotelRef, employ: Employ) -> None:
    employ("lin.xiao")
    client, _status = sign_in("lin.xiao")
    page = client.get(f"/h/{hotel.code}/account")
    assert (page.status_code, "/account/tokens" in page.content.decode()) == (200, False)
    assert (
        client.post(f"/h/{hotel.code}/account/tokens", {"name": "x", "scopes": ["guests.view_guest"]}).status_code
        == 403
    )
    assert ApiToken.objects.count() == 0
