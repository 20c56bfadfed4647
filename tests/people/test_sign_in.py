"""Signing in: no names given away, guessing stopped, sessions that end when they must."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.test import Client

from binzhi.people.models import Staff, User
from binzhi.people.setup import StaffRef
from binzhi.property.queries import HotelRef
from tests.factories import TODAY
from tests.people.conftest import PASSWORD, sign_in

Employ = Callable[..., StaffRef]
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    cache.clear()


def test_sign_in_with_the_right_password_goes_to_today_of_the_hotel(hotel: HotelRef, employ: Employ) -> None:
    employ("lin.xiao")
    client, status = sign_in("lin.xiao")
    assert status == 302
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, f"/h/{hotel.code}/today")


def test_sign_in_changes_the_session_id(employ: Employ) -> None:
    employ("lin.xiao")
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["seen"] = "before"
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    client.post(LOGIN, {"login": "lin.xiao", "password": PASSWORD})
    assert client.session.session_key != session.session_key


def answer_to(username: str, password: str) -> str:
    answer = Client().post(LOGIN, {"login": username, "password": password})
    assert answer.status_code == 200
    page = answer.content.decode().replace(username, "…")
    page = re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value|data-now)="[^"]*"', "", page)
    return re.sub(r"data-now=\S+", "", page)


def test_sign_in_wrong_name_and_wrong_password_look_the_same(employ: Employ) -> None:
    employ("lin.xiao")
    User.objects.create_user(username="no.post", password=None)
    assert answer_to("lin.xiao", "wrong") == answer_to("who.isit", "wrong") == answer_to("no.post", "wrong")


def test_passwords_are_kept_as_argon2_makes_them() -> None:
    """As the house is set up; the tests themselves are told to hash quickly."""
    from binzhi.config.settings import PASSWORD_HASHERS

    assert PASSWORD_HASHERS[0].endswith(".Argon2PasswordHasher")
    assert not any("MD5" in hasher for hasher in PASSWORD_HASHERS)


def test_sign_in_wrong_name_costs_the_same_hashing_as_a_wrong_password(employ: Employ, monkeypatch: Any) -> None:
    employ("lin.xiao")
    hashed: list[str] = []
    hasher = type(get_hasher())
    work = hasher.encode

    def encode(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return work(self, password, salt)

    monkeypatch.setattr(hasher, "encode", encode)
    for username in ("lin.xiao", "who.isit"):
        hashed.clear()
        sign_in(username, "wrong")
        assert hashed == ["wrong"], username


def test_sign_in_sixth_try_on_one_name_is_refused_even_with_the_right_password(employ: Employ) -> None:
    employ("lin.xiao")
    for place in range(5):
        sign_in("lin.xiao", "wrong", REMOTE_ADDR=f"10.0.0.{place}")
    client, status = sign_in("lin.xiao", REMOTE_ADDR="10.0.1.1")
    assert status == 200
    assert client.get("/").url.startswith(LOGIN)  # type: ignore[attr-defined]


def test_sign_in_guessing_one_name_does_not_lock_out_a_colleague_on_the_same_address(employ: Employ) -> None:
    employ("lin.xiao")
    employ("zhou.min")
    for _ in range(6):
        sign_in("lin.xiao", "wrong")
    assert sign_in("zhou.min")[1] == 302


def test_sign_in_many_names_from_one_address_are_stopped(employ: Employ) -> None:
    employ("lin.xiao")
    for place in range(10):
        sign_in(f"guess.{place}", "wrong")
    assert sign_in("lin.xiao")[1] == 200


def test_negative_control_without_limits_guessing_goes_on(employ: Employ, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    employ("lin.xiao")
    for _ in range(12):
        sign_in("lin.xiao", "wrong")
    assert sign_in("lin.xiao")[1] == 302


@pytest.mark.parametrize("username", ["", "\0", "x" * 5000, "𠮷", "'; --", "\ud800"])
def test_sign_in_with_odd_names_is_refused_not_broken(db: None, username: str) -> None:
    client = Client()
    body = f"login={username}&password=x".encode("utf-8", "surrogatepass")
    answer = client.post(LOGIN, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (200, 400)


def test_sign_up_reset_and_mail_have_no_address(client: Client, db: None) -> None:
    for path in ("signup/", "password/reset/", "email/", "confirm-email/", "login/code/", "3rdparty/"):
        assert client.get(f"/accounts/{path}").status_code == 404, path


def test_inactive_user_cannot_sign_in_and_is_put_out(employ: Employ) -> None:
    someone = employ("lin.xiao")
    client, _status = sign_in("lin.xiao")
    User.objects.filter(pk=someone.user_id).update(is_active=False)
    assert client.get("/").url.startswith(LOGIN)  # type: ignore[attr-defined]
    assert sign_in("lin.xiao")[0].get("/").url.startswith(LOGIN)  # type: ignore[attr-defined]


def test_new_password_ends_other_sessions(employ: Employ) -> None:
    employ("lin.xiao")
    (here, _), (elsewhere, _) = sign_in("lin.xiao"), sign_in("lin.xiao")
    new = "a lake without ripples 9"
    answer = here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert here.get("/").url.endswith("/today")  # type: ignore[attr-defined]
    assert elsewhere.get("/").url.startswith(LOGIN)  # type: ignore[attr-defined]


@pytest.mark.parametrize("weak", ["short", "password1234", "123456789012", "lin.xiao2026"])
def test_weak_password_is_refused(employ: Employ, weak: str) -> None:
    employ("lin.xiao")
    client, _status = sign_in("lin.xiao")
    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
    assert answer.status_code == 200
    assert User.objects.get(username="lin.xiao").check_password(PASSWORD)


def test_who_left_is_signed_in_without_a_hotel(employ: Employ) -> None:
    someone = employ("lin.xiao")
    client, _status = sign_in("lin.xiao")
    Staff.objects.filter(pk=someone.staff_id).update(left_on=TODAY)
    answer = client.get("/")
    assert (answer.status_code, "林晓" in answer.content.decode()) == (403, True)


def test_second_step_is_asked_for_and_its_secret_is_sealed(employ: Employ) -> None:
    someone = employ("lin.xiao")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(User.objects.get(pk=someone.user_id), secret)
    assert secret not in str(Authenticator.objects.values_list("data"))
    client, status = sign_in("lin.xiao")
    assert status == 302
    assert client.get("/").url.startswith(LOGIN)  # type: ignore[attr-defined]
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    code = f"{totp.hotp_value(secret, int(time.time()) // 30):06}"
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/").url.endswith("/today")  # type: ignore[attr-defined]


def test_forms_without_their_token_are_refused(employ: Employ) -> None:
    employ("lin.xiao")
    client = Client(enforce_csrf_checks=True)
    answer = client.post(LOGIN, {"login": "lin.xiao", "password": PASSWORD})
    assert answer.status_code == 403
    assert client.get("/").url.startswith(LOGIN)  # type: ignore[attr-defined]
