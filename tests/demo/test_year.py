"""Some days of the simulated year: they tie, a broken-off run goes on, and what is wrong is found."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from binzhi.billing.ledger import Posting, post
from binzhi.demo.year import proof
from binzhi.demo.year.house import CODE, Year
from binzhi.demo.year.living import Day
from binzhi.demo.year.run import live
from binzhi.frontdesk.models import NightAudit
from binzhi.kernel import db as kernel_db
from tests.factories import NOW

SMALL = Year(days=3, scale=0.05)


class PulledOut(BaseException):
    """Somebody pulled the plug."""


def hotel_id() -> int:
    kernel_db.enter_scope("*", "*")
    found: int = kernel_db.fetch_value("SELECT id FROM property_hotel WHERE code = %s", [CODE])
    return found


@pytest.mark.django_db
def test_live_broken_off_in_the_middle_of_a_day_goes_on_and_ties(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    give_away = Day._give_away

    def pull_out(day: Day) -> None:
        if day.today > SMALL.first:
            raise PulledOut
        give_away(day)

    monkeypatch.setattr(Day, "_give_away", pull_out)
    with pytest.raises(PulledOut):
        live(SMALL, told.append)
    monkeypatch.setattr(Day, "_give_away", give_away)
    assert NightAudit.objects.filter(hotel_id=hotel_id(), status="done").count() == 1
    assert live(SMALL, told.append)
    assert NightAudit.objects.filter(hotel_id=hotel_id(), status="done").count() == SMALL.days
    assert told[-1].endswith("every month ties")
    # Nobody is charged twice for a day that was lived in two runs.
    assert kernel_db.fetch_value(
        "SELECT count(*) FROM (SELECT 1 FROM billing_transaction WHERE hotel_id = %s AND source_key IS NULL"
        " AND kind = 'charge' GROUP BY business_date, folio_id, charge_code_id HAVING count(*) > 1) x",
        [hotel_id()],
    ) == 0  # fmt: skip


@pytest.mark.django_db
def test_negative_control_a_line_behind_the_audits_back_is_found() -> None:
    assert live(Year(days=1, scale=0.05), lambda _words: None)
    hotel = hotel_id()
    accounts = kernel_db.fetch_all(
        "SELECT id, kind FROM billing_account WHERE hotel_id = %s AND folio_id IS NULL AND kind IN ('means', 'revenue')",
        [hotel],
    )
    by_kind = {row["kind"]: row["id"] for row in accounts}
    posting = Posting(kind="payment", lines=[(by_kind["means"], Decimal(5)), (by_kind["revenue"], Decimal(-5))])
    post(hotel_id=hotel, posting=posting, user_id=None, now=NOW)
    kernel_db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    kernel_db.execute("ALTER TABLE billing_transaction DISABLE TRIGGER USER")
    kernel_db.execute(
        "UPDATE billing_transaction SET business_date = business_date - 1 WHERE id ="
        " (SELECT max(id) FROM billing_transaction WHERE hotel_id = %s)",
        [hotel],
    )
    kernel_db.execute("ALTER TABLE billing_transaction ENABLE TRIGGER USER")
    found = proof.broken(hotel_id=hotel, last=SMALL.first)
    assert any("lines of a trial balance" in rule for rule in found)


@pytest.mark.slow
@pytest.mark.crash
@pytest.mark.django_db(transaction=True)
def test_a_month_killed_outright_three_times_goes_on_and_ties(tmp_path: Path) -> None:
    place = connection.settings_dict
    server = {"user": place["USER"], "host": place["HOST"], "port": place["PORT"], "password": place["PASSWORD"]}
    server = {key: str(value) for key, value in server.items() if value}
    name = f"{place['NAME']}_year"
    base = psycopg.conninfo.make_conninfo(dbname=place["NAME"], **server)
    command = [sys.executable, "-m", "binzhi.config.cli", "year", "--days", "30", "--scale", "0.3", "--database", name]
    env = {**os.environ, "BINZHI_DATABASE_URL": base, "BINZHI_HOME": str(tmp_path)}
    said = ""
    try:
        for seconds in (12, 16, 20):
            with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
                time.sleep(seconds)
                process.kill()
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=900, check=False)
        said = done.stderr
        assert (done.returncode, "every month ties" in said) == (0, True), said
    finally:
        print(said)
        with psycopg.connect(base, autocommit=True) as door:
            door.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
