"""What the guest file adds to a twin: two files that were joined, the pair they were, an import that was sent."""

from __future__ import annotations

from typing import Any

from binzhi.guests import services as guests
from binzhi.guests.duplicates.crowd import Crowd
from binzhi.guests.importing.running import advance
from binzhi.guests.importing.services import map_import, send_import, start_import
from binzhi.guests.merging.services import merge_guests
from binzhi.guests.profile.relations import relate
from binzhi.kernel import db
from tests.factories import NOW, SYSTEM, TestHotel

_M, _D, _I = (f"binzhi.guests.{part}.services" for part in ("merging", "duplicates", "importing"))
OWN: dict[str, dict[str, Any]] = {
    f"{_M}.merge_guests": {"choices": {}},
    f"{_D}.decide_pair": {"state": "different"},
    f"{_I}.map_import": {"mapping": ["name"]},
    f"{_I}.write_batch": {"rows": [], "ids": None, "crowd": Crowd(0, 0), "after": 0},
    f"{_I}.undo_batch": {"limit": 10},
}


def furnish(*, hotel: TestHotel, name: str, ids: dict[str, Any]) -> None:
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    two = [guests.create_guest(details=guests.GuestDetails(name=f"陈国梁{name}"), **what) for _file in range(2)]
    relate(guest_id=two[1], other_id=ids["guest_id"], kind="friend", decides=False, note="", **what)
    ids["merge_id"] = merge_guests(survivor_id=two[0], merged_id=two[1], choices={}, **what)
    db.enter_scope("*", "*")
    ids["pair_id"] = db.fetch_value("SELECT id FROM guests_duplicatepair WHERE first_id = %s", [two[0]])
    read = send_import(name="known.csv", data=f"姓名\n王伟{name}\n".encode(), **what)
    own: dict[str, Any] = {"hotel_id": hotel.pk, "import_id": read, "actor": SYSTEM}
    advance(**own, now=lambda: NOW)
    map_import(mapping=["name"], now=NOW, **own)
    advance(**own, now=lambda: NOW)
    start_import(now=NOW, **own)
    advance(**own, now=lambda: NOW)
    ids["import_id"] = send_import(name="guests.csv", data="姓名\n王伟\n".encode(), **what)
    ids |= {"survivor_id": ids["guest_id"], "merged_id": ids["other_guest_id"]}
