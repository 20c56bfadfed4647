"""A meeting held and a notice issued, as the tests need them on the way to something else."""

from __future__ import annotations

from typing import Any

from binzhi.vip import services
from binzhi.vip.models import Visit
from binzhi.vip.requests import MeetingInput
from tests.factories import NOW
from tests.vip.house import House


def meet(house: House, visit: Visit, *, post: str = "gm-office-clerk", **more: Any) -> int:
    given: dict[str, Any] = {
        "minutes": "逐项落实身份、抵店时间、需求",
        "attendees": "前厅、客房、餐饮经理",
        "held_at": NOW,
    }
    return services.hold_meeting(
        hotel_id=house.pk, visit_id=visit.pk, meeting=MeetingInput(**given | more), actor=house.actor(post), now=NOW
    )


def notify(house: House, visit: Visit) -> int:
    return services.issue_notice(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("duty-manager"), now=NOW)
