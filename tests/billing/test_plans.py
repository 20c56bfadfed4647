"""How the posting statement is planned: it must not depend on how many rows the planner expects."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from binzhi.kernel import db
from tests.billing.conftest import Bill

pytestmark = pytest.mark.django_db


def test_what_was_posted_is_looked_up_in_a_set(bill: Bill) -> None:
    sent: list[tuple[str, object]] = []

    def note(execute: object, sql: str, params: object, many: bool, context: object) -> object:
        sent.append((sql, params))
        return execute(sql, params, many, context)  # type: ignore[operator]

    with connection.execute_wrapper(note):
        bill.charge("10")
    statement, params = next(pair for pair in sent if "INSERT INTO billing_transaction" in pair[0])
    plan = [row["QUERY PLAN"] for row in db.fetch_all("EXPLAIN (COSTS OFF, VERBOSE) " + statement, params)]  # type: ignore[arg-type]
    # Joined, ten thousand rows of which one was expected would be walked ten thousand times.
    assert len(set(re.findall(r"hashed SubPlan \d+", "\n".join(plan)))) == 5
    assert not [line for line in plan if "Join Filter" in line and "header" in line]
