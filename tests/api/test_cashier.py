"""Cashier, companies' accounts and the counter's settings for programs."""

from __future__ import annotations

from decimal import Decimal

from binzhi.billing.access import Permission
from binzhi.billing.cashier import settings
from binzhi.billing.invoices import services as _invoicing  # noqa: F401  (its rights are issued)
from binzhi.billing.models import CashierShift
from tests.api.conftest import Api
from tests.billing.conftest import open_bill
from tests.billing.test_payments import company
from tests.factories import NOW, SYSTEM, TestHotel
from tests.reservations.desk import make_user


def test_shift_is_opened_used_counted_and_closed(api: Api, hotel: TestHotel) -> None:
    what = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    settings.save_till(till_id=None, code="A", name="前台", is_active=True, **what)
    settings.require_shifts(must_be_open=True, **what)
    bill = open_bill(hotel)
    bill.charge("100")
    paid = {"amount": "100.00", "means": "cash", "currency": "CNY"}
    refused = api.post(f"/folios/{bill.opened.number}/payments", paid)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_open_shift")
    (till,) = api.get("/tills").json()["tills"]
    made = api.post("/shifts", {"till": till["id"], "opening_float": "500.00"})
    assert made.status_code == 201
    assert api.post("/shifts", {"till": till["id"]}).json()["code"] == "shift_open_already"
    assert api.post(f"/folios/{bill.opened.number}/payments", paid).status_code == 201
    assert api.post("/cash-drops", {"amount": "50.00"}).status_code == 201
    key = made.json()["id"]
    # Blind: sums are told after the count.
    assert api.get(f"/shifts/{key}").json()["means"] == []
    missing = api.post(f"/shifts/{key}/close", {})
    assert (missing.status_code, missing.json()["code"]) == (422, "count_missing")
    counted = {"pieces": [{"face": "100", "pieces": 5}, {"face": "20", "pieces": 2}]}
    assert api.post(f"/shifts/{key}/close", counted).json() == {"id": key, "differs": True, "next": None}
    (cash,) = api.get(f"/shifts/{key}").json()["means"]
    assert (cash["expected"], cash["counted"], cash["difference"]) == ("550.00", "540.00", "-10.00")
    assert [row["difference"] for row in api.get("/shifts").json()["shifts"]] == ["-10.00"]


def test_company_pays_is_used_taken_back_and_written_off(api: Api, hotel: TestHotel) -> None:
    who, bill = company(hotel), open_bill(hotel)
    bill.charge("300")
    item = bill.pay("300", means="company", organisation_id=who)
    base = f"/receivables/{who}"
    done = api.post(f"{base}/receipts", {"amount": "120.00", "means": "bank"}).json()
    assert (done["used"], done["balance"]) == ("120.00", "180.00")
    account = api.get(base).json()
    assert [(one["transaction"], one["open"]) for one in account["open"]] == [(item, "180.00")]
    key = account["used"][0]["id"]
    assert api.post(f"/allocations/{key}/take-back", {"reason": "付错"}).status_code == 201
    credit = done["transaction"]
    wrong = api.post(f"{base}/uses", {"credit": credit, "shares": [{"item": item, "amount": "120.01"}]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "more_than_received")
    assert api.post(f"{base}/uses", {"credit": credit}).json() == {"used": "120.00"}
    asked = api.post(f"{base}/write-offs", {"item": item, "reason": "倒闭"}).json()["id"]
    own = api.post(f"/write-offs/{asked}/decision", {"approve": True})
    assert (own.status_code, own.json()["code"]) == (409, "own_write_off")
    (row,) = api.get("/receivables").json()["companies"]
    assert (row["to_30"], row["balance"]) == ("180.00", "180.00")
    moved = api.get(f"{base}/statement?first=2026-01-01&last=2027-12-31").json()
    assert (moved["opening"], moved["closing"], len(moved["movements"])) == ("0.00", "180.00", 2)


def test_settings_of_the_counter(api: Api, hotel: TestHotel) -> None:
    made = api.post("/compensation-items", {"name": "浴袍", "price": "280.00"}).json()["id"]
    api.post("/compensation-items", {"id": made, "name": "浴袍", "price": "300.00", "is_active": False})
    (item,) = api.get("/compensation-items").json()["items"]
    assert (item["id"], item["price"], item["is_active"]) == (made, "300.00", False)
    opened = api.post("/house-accounts", {"number": "9001", "name": "会务"}).json()["folio"]
    (house,) = api.get("/house-accounts").json()["house_accounts"]
    assert (house["folio"], house["balance"], house["is_open"]) == (opened, "0.00", True)
    code = {"charge_code": "1000", "first_date": "2026-01-01", "classification": "3070402000000000000",
            "item": "*住宿服务*住宿费", "unit": "间夜", "rate": "0.06"}  # fmt: skip
    assert api.post("/tax-codes", code).status_code == 201
    (kept,) = [one for one in api.get("/tax-codes").json()["tax_codes"] if one["first_date"] == "2026-01-01"]
    assert Decimal(kept["rate"]) == Decimal("0.06")
    seller = {"name": "湖畔酒店", "tax_no": "91330100MA2AXYZ12X", "issuer": "钱"}
    assert api.post("/invoice-seller", seller).json() == {"saved": True}
    (limit, *_more) = api.get("/authority-limits").json()["limits"]
    asked = {"post": limit["post"], "kind": "adjustment", "amount": "50.00"}
    assert api.post("/authority-limits", asked).status_code == 201
    assert api.get("/authority-limits").json()["limits"][0]["adjustment"] == "50.00"


def test_a_till_is_handed_over_by_the_signature_of_who_takes_it(api: Api, hotel: TestHotel) -> None:
    what = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    till = settings.save_till(till_id=None, code="A", name="前台", is_active=True, **what)
    other = make_user(hotel, [Permission.TAKE_PAYMENT], name="赵四海")
    other.set_password("lakeside-demo")
    other.save()
    key = api.post("/shifts", {"till": till, "opening_float": "500.00"}).json()["id"]
    counted = {"totals": [{"means": "cash", "counted": "500.00"}]}
    signed = {"username": other.username, "password": "wrong"}
    refused = api.post(f"/shifts/{key}/close", counted | {"successor": signed})
    assert (refused.status_code, refused.json()["code"]) == (422, "signature_wrong")
    assert api.get(f"/shifts/{key}").json()["closed_at"] is None
    done = api.post(f"/shifts/{key}/close", counted | {"successor": signed | {"password": "lakeside-demo"}}).json()
    theirs = CashierShift.objects.get(pk=done["next"])
    assert (theirs.user_id, theirs.opening_float, theirs.taken_over_from_id) == (other.pk, Decimal(500), key)


def test_a_signature_of_odd_letters_is_refused_like_any_other(api: Api, hotel: TestHotel) -> None:
    till = settings.save_till(
        till_id=None, code="A", name="前台", is_active=True, hotel_id=hotel.pk, actor=SYSTEM, now=NOW
    )
    key = api.post("/shifts", {"till": till}).json()["id"]
    for name in ("\0", "a\0b", "陈" * 150, " "):
        signed = {"username": name, "password": "\0x"}
        answer = api.post(f"/shifts/{key}/close", {"totals": [], "successor": signed})
        assert answer.status_code == 422, name
