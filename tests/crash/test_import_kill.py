"""A worker killed outright while it takes a table over: the next one goes on, no row is lost and none comes twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from binzhi.guests.importing import services
from binzhi.guests.importing.queries import import_by_id
from binzhi.guests.importing.running import advance
from binzhi.guests.models import Guest, ImportRow
from binzhi.kernel import db
from binzhi.property.queries import hotel_by_id
from tests.factories import NOW, SYSTEM, make_hotel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash]
RUNNER = Path(__file__).with_name("import_runner.py")
ROWS = 1000


def start(*numbers: int) -> subprocess.Popen[str]:
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}:{place['PASSWORD']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT']}"
    root = RUNNER.parents[2]
    env = {
        **os.environ, "BINZHI_DATABASE_URL": url.replace(":@", "@"), "DJANGO_SETTINGS_MODULE": "binzhi.config.settings",
        "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, str(RUNNER), *map(str, numbers)], stdout=subprocess.PIPE, text=True, env=env
    )


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_import_whose_worker_is_killed_is_gone_on_with() -> None:
    hotel = make_hotel()
    here: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM}
    db.enter_scope("*", "*")
    group_id = hotel_by_id(hotel.pk).group_id
    lines = "".join(f"客人{number},139{number:08d}\n" for number in range(ROWS))
    import_id = services.send_import(name="guests.csv", data=f"姓名,手机\n{lines}".encode(), now=NOW, **here)
    advance(import_id=import_id, now=lambda: NOW, **here)
    card = import_by_id(group_id=group_id, import_id=import_id)
    services.map_import(import_id=import_id, mapping=card.mapping, now=NOW, **here)
    advance(import_id=import_id, now=lambda: NOW, **here)
    services.start_import(import_id=import_id, now=NOW, **here)
    with start(hotel.pk, import_id) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "51"
        helpers = children_of(worker.pid)
        worker.kill()
    db.enter_scope("*", "*")
    mine = Guest.objects.filter(group_id=group_id)
    made = mine.count()
    assert (made % 50, 0 < made < ROWS, len(helpers) > 0) == (0, True, True)
    advance(import_id=import_id, now=lambda: NOW, **here)
    card = import_by_id(group_id=group_id, import_id=import_id)
    assert (card.state, card.made, card.known, card.refused) == ("done", ROWS, 0, 0)
    db.enter_scope("*", "*")
    names = set(mine.values_list("name", flat=True))
    assert names == {f"客人{number}" for number in range(ROWS)}
    assert mine.count() == ROWS
    assert ImportRow.objects.filter(file_id=import_id, outcome="made").count() == ROWS
    # Those who prepared its rows went with it.
    deadline = time.monotonic() + 30
    while any(map(is_running, helpers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, helpers))
