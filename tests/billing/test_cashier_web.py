"""The cashier's screens: asked to open a shift where the money is taken, blind count, hand-over, report."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from binzhi.billing.access import Permission
from binzhi.billing.cashier import settings
from binzhi.billing.cashier.queries import shift_of, shifts
from binzhi.billing.counter.settings import set_currency_rate
from binzhi.people.models import User
from tests.billing.conftest import Bill, rows
from tests.billing.test_cashier import begin, strict, till
from tests.factories import NOW, SYSTEM, TestHotel
from tests.reservations.desk import make_user

CLERK = [Permission.VIEW, Permission.TAKE_PAYMENT, Permission.TAKE_DEPOSIT, Permission.POST_CHARGE]
PASSWORD = "lakeside-demo"


@pytest.fixture
def clerk(bill: Bill) -> User:
    return make_user(bill.hotel, CLERK)


@pytest.fixture
def client(clerk: User) -> Client:
    found = Client()
    found.force_login(clerk)
    found.cookies["binzhi_language"] = "en"
    return found


def folio(bill: Bill, rest: str = "") -> str:
    return f"/h/{bill.hotel.ref.code}/folios/{bill.opened.number}{rest}"


def cashier(hotel: TestHotel, rest: str = "") -> str:
    return f"/h/{hotel.ref.code}/cashier{rest}"


def test_payment_without_a_shift_asks_for_one_there_and_takes_both_in_one_step(
    bill: Bill, client: Client, clerk: User
) -> None:
    bill.charge("100")
    drawer = till(bill.hotel)
    strict(bill.hotel)
    paid = {"means": "cash", "amount": "100", "note": "slip 17", "company": "", "window": "1"}
    answer = client.post(folio(bill, "/payments"), paid)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert 'name="shift_till"' in html
    assert 'value="slip 17"' in html
    assert (rows(bill.hotel), shifts(hotel_id=bill.hotel.pk).total) == (1, 0)
    # A float that is no amount: told there, and still nothing done.
    wrong = client.post(folio(bill, "/payments"), paid | {"shift_till": str(drawer), "shift_float": "a lot"})
    assert wrong.status_code == 422
    assert 'aria-describedby="shift_why"' in wrong.content.decode()
    done = client.post(folio(bill, "/payments"), paid | {"shift_till": str(drawer), "shift_float": "￥1,200"})
    assert done.status_code == 302
    mine = shift_of(hotel_id=bill.hotel.pk, user_id=clerk.pk)
    assert mine is not None
    assert (mine.opening_float, mine.postings, bill.balance) == (Decimal(1200), 1, Decimal(0))


def test_a_panel_asks_as_well_and_a_refused_payment_leaves_no_shift_behind(bill: Bill, client: Client) -> None:
    drawer = till(bill.hotel)
    strict(bill.hotel)
    given = {"means": "cash", "amount": "50", "note": "", "window": "1"}
    assert 'name="shift_till"' in client.post(folio(bill, "/deposits"), given).content.decode()
    refused = client.post(
        folio(bill, "/deposits"), given | {"amount": "1.001", "shift_till": str(drawer), "shift_float": "1"}
    )
    assert refused.status_code == 422
    assert 'name="shift_till"' in refused.content.decode()
    assert shifts(hotel_id=bill.hotel.pk).total == 0
    client.post(folio(bill, "/deposits"), given | {"shift_till": str(drawer), "shift_float": "1"})
    assert (bill.deposit, shifts(hotel_id=bill.hotel.pk).total) == (Decimal(50), 1)


def test_count_is_blind_until_the_shift_is_closed(bill: Bill, client: Client, clerk: User) -> None:
    from binzhi.people.queries import actor_for_user

    actor, _hotels = actor_for_user(clerk)
    shift = begin(bill.hotel, till(bill.hotel), actor, "777")
    client.post(folio(bill, "/deposits"), {"means": "cash", "amount": "123", "note": "", "window": "1"})
    for rest in (f"/{shift}", f"/{shift}/close"):
        assert "900.00" not in client.get(cashier(bill.hotel, rest)).content.decode()
    assert client.get(cashier(bill.hotel, f"/{shift}/report.csv")).status_code == 302
    missing = client.post(cashier(bill.hotel, f"/{shift}/close"), {"note": ""})
    assert missing.status_code == 422
    assert "Count this too" in missing.content.decode()
    done = client.post(cashier(bill.hotel, f"/{shift}/close"), {"pieces_0": "8", "pieces_1": "1", "note": "short"})
    assert done.status_code == 302
    html = client.get(cashier(bill.hotel, f"/{shift}")).content.decode()
    assert "900.00" in html
    assert "−50.00" in html
    assert client.get(cashier(bill.hotel, f"/{shift}/report.csv")).content.decode().count("123") == 1
    for language in ("zh-hans", "en"):
        paper = client.get(cashier(bill.hotel, f"/{shift}/report.pdf?lang={language}"))
        assert paper.content[:5] == b"%PDF-"


def test_hand_over_needs_the_signature_of_who_takes_over(bill: Bill, client: Client, clerk: User) -> None:
    from binzhi.people.queries import actor_for_user

    cache.clear()
    colleague = make_user(bill.hotel, CLERK, name="赵四")
    colleague.set_password(PASSWORD)
    colleague.save()
    actor, _hotels = actor_for_user(clerk)
    shift = begin(bill.hotel, till(bill.hotel), actor)
    counted = {"total_cash": "500", "note": "", "successor": colleague.username}
    address = cashier(bill.hotel, f"/{shift}/close")
    wrong = client.post(address, counted | {"password": "no"})
    assert wrong.status_code == 422
    html = wrong.content.decode()
    assert "do not fit" in html
    assert 'value="500"' in html
    for _ in range(5):
        client.post(address, counted | {"password": "no"})
    assert "Too many" in client.post(address, counted | {"password": PASSWORD}).content.decode()
    assert shift_of(hotel_id=bill.hotel.pk, user_id=clerk.pk) is not None
    cache.clear()
    assert client.post(address, counted | {"password": PASSWORD}).status_code == 302
    mine = shift_of(hotel_id=bill.hotel.pk, user_id=colleague.pk)
    assert mine is not None
    assert mine.taken_over_from == shift
    assert "赵四" in client.get(cashier(bill.hotel, f"/{shift}")).content.decode()


def test_own_page_opens_drops_and_lists_own_shifts_only(bill: Bill, client: Client) -> None:
    first = till(bill.hotel)
    refused = client.post(cashier(bill.hotel), {"form": "open", "till": str(first), "opening_float": "-5"})
    assert refused.status_code == 422
    assert (
        client.post(cashier(bill.hotel), {"form": "open", "till": str(first), "opening_float": "5"}).status_code == 302
    )
    assert "does not hold" in client.post(cashier(bill.hotel), {"form": "drop", "amount": "6"}).content.decode()
    assert client.post(cashier(bill.hotel), {"form": "drop", "amount": "5"}).status_code == 302
    foreign = {"form": "drop", "amount": "5", "currency": "USD"}
    assert client.post(cashier(bill.hotel), foreign).status_code == 422
    what: dict[str, Any] = {"hotel_id": bill.hotel.pk, "actor": SYSTEM, "now": NOW}
    set_currency_rate(currency="USD", rate=Decimal("7.1"), **what)
    assert "As counted, in that currency" in client.get(cashier(bill.hotel)).content.decode()
    assert "does not hold" in client.post(cashier(bill.hotel), foreign).content.decode()
    other = settings.save_till(
        hotel_id=bill.hotel.pk, till_id=None, code="B", name="二号", is_active=True, actor=SYSTEM, now=NOW
    )
    from binzhi.people.queries import actor_for_user

    stranger, _hotels = actor_for_user(make_user(bill.hotel, CLERK))
    theirs = begin(bill.hotel, other, stranger)
    assert client.get(cashier(bill.hotel)).content.decode().count("<tr data-follow>") == 1
    assert client.get(cashier(bill.hotel, f"/{theirs}")).status_code == 403
    assert client.post(cashier(bill.hotel, f"/{theirs}/close"), {"total_cash": "500"}).status_code == 403
