"""The bill on paper: what stands on it, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from binzhi.billing import services
from binzhi.billing.access import Permission
from binzhi.billing.headings import Heading
from binzhi.billing.printing import Copy, bill_data
from binzhi.billing.queries import folio_view
from tests.billing.conftest import Bill
from tests.billing.test_web import url
from tests.factories import NOW, SYSTEM
from tests.reservations.desk import signed_in


def on_paper(bill: Bill, copy: Copy) -> dict[str, object]:
    folio = folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number)
    heading = Heading(title="301 王", name="王小明", room="301")
    with override(copy.language):
        return bill_data(bill.hotel.ref, folio, folio.windows[0], heading, copy, NOW)


def test_bill_leaves_away_what_was_reversed_or_strikes_it(bill: Bill) -> None:
    bill.charge("628")
    bill.reverse(bill.charge("58", code="2010").transaction_id)
    bill.pay("28")
    short, full = on_paper(bill, Copy("en")), on_paper(bill, Copy("en", with_reversed=True))
    assert [row[1:] for row in short["lines"]] == [  # type: ignore[attr-defined]
        ["Room", "", "628.00", False], ["WeChat Pay", "", "−28.00", False],
    ]  # fmt: skip
    assert [(row[1], row[4]) for row in full["lines"]] == [  # type: ignore[attr-defined]
        ("Room", False), ("Breakfast", True), ("Reversal Breakfast", True), ("WeChat Pay", False),
    ]  # fmt: skip
    assert short["sums"] == full["sums"] == [["Charges", "628.00"], ["Paid", "28.00"], ["Balance", "¥600.00"]]
    assert "Postings that were reversed are not shown; they cancel out." in str(short["notes"])


def test_bill_is_interim_while_open_and_final_when_closed(bill: Bill) -> None:
    assert (on_paper(bill, Copy("en"))["title"], on_paper(bill, Copy("zh-hans"))["title"]) == (
        "Interim bill",
        "中期账单",
    )
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    assert on_paper(bill, Copy("zh-hans"))["title"] == "结账单"


@pytest.mark.parametrize("query", ["", "?lang=en&reversed=1", "?lang=nonsense", "?window=2"])
def test_bill_comes_as_pdf(bill: Bill, query: str) -> None:
    bill.window("#strong[x] $ \\ @ 明途")
    bill.charge("628")
    answer = signed_in(bill.hotel, [Permission.VIEW]).get(url(bill, f"/bill.pdf{query}"))
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert bill.balance == Decimal(628)


def test_bill_is_not_printed_without_the_right(bill: Bill) -> None:
    client: Client = signed_in(bill.hotel, [Permission.POST_CHARGE])
    assert client.get(url(bill, "/bill.pdf")).status_code == 403
