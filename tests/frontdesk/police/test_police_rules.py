"""Reports stay as they were received; what the settings refuse; lists are one statement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from binzhi.frontdesk.police import outcomes, queries
from binzhi.frontdesk.police.settings import LinkInput, set_up_police
from binzhi.frontdesk.police.simulator import Simulator
from binzhi.kernel import db
from binzhi.kernel.errors import EditConflict, InvalidInput, NotFound
from tests.factories import NOW, SYSTEM, TestHotel
from tests.frontdesk.conftest import statements
from tests.frontdesk.police.house import (
    LI,
    SMITH,
    begin,
    person,
    reporting,
    reports,
    send_all,
    what,
)

MINUTE = timedelta(minutes=1)


WRITTEN_OVER = (
    "DELETE FROM frontdesk_policereport",
    "UPDATE frontdesk_policereport SET state = 'waiting', received_at = NULL",
    "UPDATE frontdesk_policereport SET occurred_at = now()",
    "UPDATE frontdesk_policeattempt SET code = 'x'",
)


def test_what_was_reported_stays_so_whoever_asks(hotel: TestHotel, police: Simulator) -> None:
    begin(hotel, person())
    send_all(NOW)
    for sql in WRITTEN_OVER:
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            db.execute(sql)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"region": "atlantis"}, "region"), ({"url": "http://police.example/x"}, "url"), ({"url": "ftp://x"}, "url"),
    ({"station": ""}, "station"), ({"also_asks": ("religion",)}, "also_asks"), ({"alarm_minutes": 0}, "alarm_minutes"),
    ({"region": "shanghai", "foreign_minutes": 121}, "foreign_minutes"), ({"limit_minutes": 1441}, "limit_minutes"),
]  # fmt: skip


def test_set_up_police_refuses_at_the_field(strict: TestHotel) -> None:
    for given, field in WRONG:
        link = LinkInput(**{"is_on": True, "station": "H001"} | given)
        with pytest.raises(InvalidInput) as refusal:
            set_up_police(hotel_id=strict.pk, link=link, actor=SYSTEM, now=NOW)
        assert refusal.value.field == field
    assert db.fetch_value("SELECT count(*) FROM frontdesk_policelink") == 0


def test_set_up_police_twice_from_the_same_version_keeps_the_first(strict: TestHotel) -> None:
    reporting(strict, "")
    with pytest.raises(EditConflict):
        set_up_police(hotel_id=strict.pk, link=LinkInput(station="x", expected_version=0), actor=SYSTEM, now=NOW)


def test_report_of_another_hotel_is_not_there(hotel: TestHotel) -> None:
    from tests.factories import make_hotel

    begin(hotel, person())
    other = make_hotel()
    with pytest.raises(NotFound):
        outcomes.note_by_hand(**what(other, reports()[0]["id"]), receipt="A")


def test_list_of_reports_is_one_statement_for_one_and_for_three(hotel: TestHotel) -> None:
    def cost() -> int:
        with statements() as sent:
            queries.reports(hotel_id=hotel.pk, now=NOW, tab="owed")
        return len(sent)

    begin(hotel, person())
    assert cost() == 1
    begin(hotel, person("李娜", LI), SMITH, room="102")
    assert cost() == 1
