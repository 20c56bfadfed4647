"""The guest's circle (周围人): family, colleagues, secretary, driver; who decides, who comes with whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.guests.access import Permission
from binzhi.guests.events import RelationsChanged
from binzhi.guests.profile.names import short_name
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

CIRCLE = 50


class RelationKind(models.TextChoices):
    """What the other person is to the guest."""

    SPOUSE = "spouse", _("Spouse")
    PARENT = "parent", _("Parent")
    CHILD = "child", pgettext_lazy("relation", "Child")
    SIBLING = "sibling", _("Brother or sister")
    RELATIVE = "relative", _("Relative")
    FRIEND = "friend", _("Friend")
    COLLEAGUE = "colleague", _("Colleague")
    SUPERIOR = "superior", pgettext_lazy("relation", "Superior")
    SUBORDINATE = "subordinate", pgettext_lazy("relation", "Staff member")
    SECRETARY = "secretary", _("Secretary")
    SECRETARY_OF = "secretary_of", pgettext_lazy("relation", "Superior (secretary's)")
    DRIVER = "driver", pgettext_lazy("relation", "Driver")
    DRIVER_OF = "driver_of", pgettext_lazy("relation", "Superior (driver's)")
    COMPANION = "companion", _("Travels along")
    HOST = "host", pgettext_lazy("relation", "Host")
    HOSTED = "hosted", pgettext_lazy("relation", "Business guest")
    OTHER = "other", pgettext_lazy("relation", "Other")


_PAIRS = (
    ("parent", "child"), ("superior", "subordinate"), ("secretary", "secretary_of"), ("driver", "driver_of"),
    ("host", "hosted"),
)  # fmt: skip
INVERSE = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
# What can be chosen: the other side of secretary and driver is written in that person's file.
CHOICES = [(kind.value, kind.label) for kind in RelationKind if kind not in ("secretary_of", "driver_of")]


def inverse(kind: str) -> str:
    """What the guest is to that person."""
    return INVERSE.get(kind, kind)


@dataclass(frozen=True, slots=True)
class Related:
    """A person of the circle, seen from the guest: `kind` is what that person is to the guest.

    `decides`: that person decides for the guest; `decided_for`: the guest decides for that person.
    """

    relation_id: int
    guest_id: int
    name: str
    vip_level: str
    vip_rank: int
    organisation: str
    phone_masked: str
    kind: str
    decides: bool
    decided_for: bool
    note: str
    noted_at: datetime

    @property
    def kind_label(self) -> str:
        return str(RelationKind(self.kind).label)

    @property
    def short(self) -> str:
        return short_name(self.name)


# After a merge a relation may name the file itself or stand twice: the newest of each pair is shown.
_CIRCLE = """
SELECT DISTINCT ON (his.person) his.id AS relation_id, his.person AS guest_id, p.name, p.vip_level, p.vip_rank,
       coalesce(o.name, '') AS organisation, p.phone_masked, his.kind, his.forward, his.decides, his.note, his.noted_at
FROM (SELECT id, other_id AS person, kind, true AS forward, decides, note, noted_at FROM guests_relation
      WHERE group_id = %(group)s AND guest_id = %(guest)s AND ended_at IS NULL
      UNION ALL
      SELECT id, guest_id, kind, false, decides, note, noted_at FROM guests_relation
      WHERE group_id = %(group)s AND other_id = %(guest)s AND ended_at IS NULL) his
JOIN guests_guest p ON p.id = his.person
LEFT JOIN guests_organisation o ON o.id = p.organisation_id
WHERE his.person <> %(guest)s
ORDER BY his.person, his.id DESC LIMIT %(limit)s
"""


def circle_of(*, group_id: int, guest_id: int) -> list[Related]:
    """Everybody linked to the guest, from either side; who decides first. One statement."""
    rows = db.fetch_all(_CIRCLE, {"group": group_id, "guest": guest_id, "limit": CIRCLE})
    found = [_seen(row) for row in rows]
    return sorted(found, key=lambda one: (not one.decides, one.noted_at, one.relation_id))


def _seen(row: dict[str, Any]) -> Related:
    forward, decides = row.pop("forward"), row.pop("decides")
    kind = row.pop("kind")
    return Related(
        **row, kind=kind if forward else inverse(kind), decides=decides and forward, decided_for=decides and not forward
    )


@operation(Permission.UPDATE)
def relate(
    *, hotel_id: int, guest_id: int, other_id: int, kind: str, decides: bool, note: str, actor: Actor, now: datetime
) -> int:
    """Say what another person of the file is to the guest; the relation's id. What was said of the two before ends.

    Adds a row, ends those between the two. Locks both guests in order of id. Raises NotFound, InvalidInput.
    Publishes RelationsChanged. Idempotent in effect.
    """
    group_id = hotel_by_id(hotel_id).group_id
    if kind not in RelationKind.values:
        raise InvalidInput(field="kind")
    note = clean_text(note, field="note", limit=200)
    if other_id == guest_id:
        raise InvalidInput(field="other_id", message=_("This is the same person."))
    _lock_both(group_id, guest_id, other_id)
    db.execute(
        "UPDATE guests_relation SET ended_at = %(now)s WHERE group_id = %(group)s AND ended_at IS NULL"
        " AND (guest_id, other_id) IN ((%(one)s, %(two)s), (%(two)s, %(one)s))",
        {"now": now, "group": group_id, "one": guest_id, "two": other_id},
    )
    relation_id: int = db.fetch_value(
        "INSERT INTO guests_relation (group_id, guest_id, other_id, kind, decides, note, noted_by, noted_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        [group_id, guest_id, other_id, kind, decides, note, actor.user_id, now],
    )
    record(
        "guest.related", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"relation_id": relation_id, "other_id": other_id, "kind": kind, "decides": decides},
        event=RelationsChanged(guest_id=guest_id, other_id=other_id),
    )  # fmt: skip
    return relation_id


def _lock_both(group_id: int, guest_id: int, other_id: int) -> None:
    found = db.fetch_values(
        "SELECT id FROM guests_guest WHERE group_id = %s AND id = ANY (%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
        [group_id, db.array([guest_id, other_id])],
    )
    if guest_id not in found:
        raise NotFound
    if other_id not in found:
        raise NotFound(field="other_id", message=_("Choose a person of the file."))


@operation(Permission.UPDATE)
def end_relation(*, hotel_id: int, guest_id: int, relation_id: int, actor: Actor, now: datetime) -> None:
    """Two people have nothing to do with each other any more, or never had.

    Marks the row. Locks it. Raises NotFound. Publishes RelationsChanged. Not idempotent: the second time it is gone.
    """
    group_id = hotel_by_id(hotel_id).group_id
    ended = db.fetch_one(
        "UPDATE guests_relation SET ended_at = %s WHERE group_id = %s AND id = %s AND %s IN (guest_id, other_id)"
        " AND ended_at IS NULL RETURNING guest_id, other_id",
        [now, group_id, relation_id, guest_id],
    )
    if ended is None:
        raise NotFound
    record(
        "guest.relation_ended", subject="guest", subject_id=guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"relation_id": relation_id}, event=RelationsChanged(**ended),
    )  # fmt: skip
