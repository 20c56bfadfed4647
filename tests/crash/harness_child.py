"""The programs of the kill drills that need Django, or are to be killed: each a process of its own.

prepare     make the hotel in BINZHI_HOME; prints where it is
stack       database, web and worker under the supervisor, until a signal
examine ID  what the product itself finds wrong with the hotel of this id
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from binzhi.config.cli import environment
from binzhi.config.embedded.cluster import Cluster
from binzhi.config.supervisor import Program, Supervisor

ROOMS = 960


def prepare() -> dict[str, Any]:
    """Rooms enough for every client's own, a token that may do everything."""
    with environment.database():
        environment.setup_django()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from binzhi.kernel import db
        from tests.api.conftest import all_permissions, issue
        from tests.factories import make_hotel

        hotel = make_hotel(types={"std": ROOMS}, with_billing=True, documents_required=False, nights=60)
        # However long it is worked on, there is something left to book: rooms to check in are each client's own.
        db.execute("UPDATE reservations_night SET overbooking = 1000000 WHERE hotel_id = %s", [hotel.pk])
        token = issue(hotel, all_permissions(), username="drill")
        return {
            "id": hotel.pk, "code": hotel.ref.code, "token": token, "today": str(hotel.ref.business_date),
            "after_txid": db.fetch_value("SELECT pg_current_xact_id()::text::bigint"),
        }  # fmt: skip


def stack() -> int:
    cluster = Cluster(environment.home())
    cluster.start()
    command = [sys.executable, "-m", "binzhi.config.cli"]
    supervisor = Supervisor(
        [Program("web", [*command, "serve"]), Program("worker", [*command, "worker"])],
        cluster=cluster,
        tell=lambda text: print(f"{time.monotonic():.2f} {text}", flush=True),
    )
    try:
        return supervisor.run(ready=lambda: True, opened=lambda: None)
    finally:
        cluster.stop()


def examine(hotel_id: int) -> dict[str, Any]:
    """The product's own proofs; each list is empty when all is right."""
    with environment.database():
        environment.setup_django()
        from binzhi.billing.queries import ledger_sum
        from binzhi.kernel import audit, db
        from binzhi.reservations import verify

        db.enter_scope("*", "*")
        audit.seal()
        return {
            "counters": [asdict(found) for found in verify.differences(hotel_id=hotel_id)],
            "stray nights": [asdict(found) for found in verify.stray_nights(hotel_id=hotel_id)],
            "wrongly priced": verify.wrongly_priced(hotel_id=hotel_id),
            "ledger": [] if ledger_sum(hotel_id=hotel_id) == 0 else ["the sum of all lines is not zero"],
            "audit trail": [asdict(broken)] if (broken := audit.verify()) else [],
            "sealed": db.fetch_value("SELECT coalesce(sum(entries), 0) FROM kernel_audit_seal"),
        }


def main(command: str, *arguments: str) -> int:
    os.chdir(Path(__file__).parents[2])
    if command == "stack":
        return stack()
    found = prepare() if command == "prepare" else examine(int(arguments[0]))
    print(json.dumps(found, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
