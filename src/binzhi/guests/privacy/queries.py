"""Requests of guests and the clock's settings and runs, read for the screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from binzhi.guests.enums import Channel, RightsKind, RightsState
from binzhi.guests.privacy import retention
from binzhi.guests.privacy.masking import mask_name
from binzhi.guests.privacy.retention import DataClass
from binzhi.kernel import db


@dataclass(frozen=True, slots=True)
class RequestLine:
    id: int
    guest_id: int
    guest: str
    kind: str
    state: str
    channel: str
    asked_at: datetime
    asked_by: int | None
    asker: str
    due_on: date
    decided_at: datetime | None
    decider: str
    reason: str
    waits_until: date | None
    link_ends_at: datetime | None
    fetched: int

    @property
    def kind_label(self) -> str:
        return str(RightsKind(self.kind).label)

    @property
    def state_label(self) -> str:
        return str(RightsState(self.state).label)

    @property
    def channel_label(self) -> str:
        return str(Channel(self.channel).label)


_REQUEST = """
SELECT r.id, r.guest_id, g.name AS guest, r.kind, r.state, r.channel, r.asked_at, r.asked_by, coalesce(a.name,
'') AS asker,
       r.due_on, r.decided_at, coalesce(d.name, '') AS decider, r.reason, r.waits_until, r.link_ends_at, r.fetched
FROM guests_rightsrequest r JOIN guests_guest g ON g.id = r.guest_id
LEFT JOIN people_user a ON a.id = r.asked_by LEFT JOIN people_user d ON d.id = r.decided_by
WHERE r.group_id = %s
"""


def requests_of(*, group_id: int, guest_id: int) -> list[RequestLine]:
    rows = db.fetch_all(f"{_REQUEST} AND r.guest_id = %s ORDER BY r.id DESC", [group_id, guest_id])
    return [RequestLine(**row) for row in rows]


def requests_of_group(*, group_id: int, limit: int = 100) -> list[RequestLine]:
    """Those to be decided first, by the day they are due; then the last ones that are settled.

    Names are masked: who has to know whose request it is opens the file, which is noted.
    """
    sql = f"{_REQUEST} ORDER BY r.state <> 'asked', CASE WHEN r.state = 'asked' THEN r.due_on END, r.id DESC LIMIT %s"
    rows = db.fetch_all(sql, [group_id, limit])
    return [RequestLine(**row | {"guest": mask_name(row["guest"])}) for row in rows]


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class of data with what this hotel set, what holds in the group, and the last run."""

    data_class: DataClass
    own: int | None
    holds: int
    ran_at: datetime | None
    cleared: int


_OWN = "SELECT data_class, months FROM guests_retentionsetting WHERE hotel_id = %s"
_RUNS = """
SELECT DISTINCT ON (r.data_class) r.data_class, r.at, (
    SELECT sum(every.cleared)::int FROM guests_retentionrun every JOIN property_hotel h ON h.id = every.hotel_id
    WHERE h.group_id = %(group)s AND every.data_class = r.data_class
) AS cleared
FROM guests_retentionrun r JOIN property_hotel h ON h.id = r.hotel_id WHERE h.group_id = %(group)s
ORDER BY r.data_class, r.at DESC
"""


def classes_of(*, hotel_id: int, group_id: int) -> list[ClassLine]:
    own = {row["data_class"]: row["months"] for row in db.fetch_all(_OWN, [hotel_id])}
    runs = {row["data_class"]: (row["at"], row["cleared"]) for row in db.fetch_all(_RUNS, {"group": group_id})}
    return [
        ClassLine(
            rule, own.get(rule.code), retention.months_of(group_id=group_id, data_class=rule.code),
            *runs.get(rule.code, (None, 0)),
        )
        for rule in retention.classes()
    ]  # fmt: skip
