"""Outside partners by programs: how each stands, and a try."""

from __future__ import annotations

from binzhi.billing.holds.services import AcquirerInput, set_acquirer
from binzhi.kernel import db
from tests.api.conftest import Api, issue, read
from tests.factories import NOW, SYSTEM, TestHotel


def test_partners_are_listed_and_tried(api: Api, hotel: TestHotel) -> None:
    listed = read(api.get("/partners"))["partners"]
    assert [one["partner"] for one in listed] == ["bank", "invoices", "locks", "police", "email", "sms"]
    assert not any(one["connected"] or one["tried_at"] for one in listed)
    acquirer = AcquirerInput(merchant_no="898330154110001", provider_url="http://127.0.0.1:9", provider_key="k")
    set_acquirer(hotel_id=hotel.pk, acquirer=acquirer, actor=SYSTEM, now=NOW)
    answer = api.post("/partner-tries", {"partner": "bank"})
    assert (answer.status_code, read(answer)) == (200, {"partner": "bank", "trouble": "ConnectionRefusedError"})
    bank = read(api.get("/partners"))["partners"][0]
    assert (bank["connected"], bank["trouble"], bank["answered_at"]) == (True, "ConnectionRefusedError", None)


def test_partner_that_does_not_exist_and_a_token_without_the_right_are_refused(api: Api, hotel: TestHotel) -> None:
    assert api.post("/partner-tries", {"partner": "fortune-teller"}).status_code == 422
    reader = Api(api.client, api.hotel, issue(hotel, ["frontdesk.view_reports"], username="reader"))
    assert reader.get("/partners").status_code == 200
    assert reader.post("/partner-tries", {"partner": "locks"}).status_code == 403
    stranger = Api(api.client, api.hotel, issue(hotel, ["frontdesk.view_desk"], username="stranger"))
    assert stranger.get("/partners").status_code == 403
    assert db.fetch_value("SELECT count(*) FROM kernel_partner_try") == 0
