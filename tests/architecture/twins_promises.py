"""What promises leave behind in a twin hotel beyond a visit's run; and what their operations get besides ids."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from binzhi.kernel import db
from binzhi.promises.photos import keep_photo
from binzhi.promises.protocols.language import TaskSpec
from binzhi.promises.services.tasks import write_log
from binzhi.promises.sweep import sweep
from tests.factories import NOW, SYSTEM, TestHotel

_S = "binzhi.promises.services"
OWN: dict[str, dict[str, Any]] = {
    f"{_S}.assigning.assign_proposed": {"department": "engineering"},
    f"{_S}.endings.write_log": {"department": "housekeeping", "text": "交接"},
    f"{_S}.facts.change_facts": {"facts": {"level": "IP"}},
    f"{_S}.labels.relabel_run": {"label": "1201"},
    f"{_S}.moments.happen": {"anchor": "visitor", "at": None},
    f"{_S}.moments.move_anchor": {"anchor": "arrival", "at": NOW + timedelta(days=4), "occurrence": 1},
    f"{_S}.notices.hand_over": {"department": "housekeeping", "text": ""},
    f"{_S}.runs.add_task": {
        "spec": TaskSpec("humidifier", "", "加湿器", "Humidifier", "housekeeping", "arrival", timedelta(hours=-1))
    },
    f"{_S}.runs.start_run": {
        "protocol": "vip-reception", "subject": "visit", "subject_id": 7, "occasion": "", "label": "",
        "facts": {"level": "IP"}, "anchors": {"arrival": NOW + timedelta(days=1)}, "host_department": "sales",
    },
    f"{_S}.tasks.complete_task": {"proofs": ()},
}  # fmt: skip


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """A photo, a line in a log, a notice, a task that was late and climbed; an event nobody could make sense of."""
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    ids["photo_id"] = keep_photo(data=picture.getvalue(), **what)
    write_log(department="housekeeping", text="交接", run_id=ids["run_id"], **what)
    db.enter_scope("*", "*")
    db.execute("UPDATE promises_task SET next_at = due_at WHERE hotel_id = %s AND id = %s", [hotel.pk, ids["task_id"]])
    sweep(now=NOW + timedelta(days=3))
    db.enter_scope("*", "*")
    ids["notice_ids"] = db.fetch_values(
        "SELECT id FROM promises_notice WHERE hotel_id = %s ORDER BY id LIMIT 1", [hotel.pk]
    )
    ids["protocol_code"] = "vip-reception"
    db.execute(
        "INSERT INTO kernel_unheeded (follower, event_id, hotel_id, topic, error) VALUES ('tests', %s, %s, 'x.y', 'E')",
        [hotel.pk, hotel.pk],
    )
