"""What this package keeps of a guest: how it is merged, exported, erased, and sealed under new keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from binzhi.guests.holdings import Holding, register_holding
from binzhi.guests.privacy.rows import strike_out
from binzhi.guests.profile.catalogue import BY_KEY
from binzhi.guests.profile.relations import RelationKind, inverse
from binzhi.guests.profile.store import open_secret, value_place
from binzhi.guests.rotation import register_sealed
from binzhi.kernel import db


def register() -> None:
    """Make the tables known."""
    register_sealed("guests_profilevalue", "sealed", value_place)
    register_holding(Holding(table="guests_profilevalue", export=_values, erase=_erase_values))
    register_holding(Holding(table="guests_contact", export=_contacts, erase=_erase_contacts))
    register_holding(Holding(table="guests_relation", export=_relations, erase=_erase_relations))
    register_holding(
        Holding(table="guests_relation", column="other_id", export=_relations_of_others, erase=_erase_relations)
    )
    register_holding(Holding(table="guests_warning", export=_warnings, erase=_erase_warnings))


def _values(guest_id: int) -> list[dict[str, Any]]:
    rows = db.fetch_all(
        "SELECT DISTINCT ON (key) group_id, key, value, sealed IS NOT NULL AS is_sealed, noted_at"
        " FROM guests_profilevalue WHERE guest_id = %s ORDER BY key, id DESC",
        [guest_id],
    )
    return [
        {
            "field": str(BY_KEY[row["key"]].label) if row["key"] in BY_KEY else row["key"],
            "value": open_secret(group_id=row["group_id"], guest_id=guest_id, key=row["key"])
            if row["is_sealed"]
            else row["value"],
            "noted_at": row["noted_at"],
        }
        for row in rows
        if row["value"]
    ]


def _erase_values(guest_id: int, _now: datetime) -> int:
    return db.execute("DELETE FROM guests_profilevalue WHERE guest_id = %s", [guest_id])


def _contacts(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT o.name AS organisation, c.role, c.noted_at, c.ended_at FROM guests_contact c"
        " JOIN guests_organisation o ON o.id = c.organisation_id WHERE c.guest_id = %s ORDER BY c.id",
        [guest_id],
    )


def _erase_contacts(guest_id: int, _now: datetime) -> int:
    """And the name, where the organisation's own page tells of its people."""
    theirs = "organisation_id IN (SELECT organisation_id FROM guests_contact WHERE guest_id = %s)"
    for table, column in (
        ("guests_organisationvalue", "value"), ("guests_plannedcontact", "purpose"),
        ("guests_plannedcontact", "result"), ("guests_switchingmeans", "note"),
    ):  # fmt: skip
        strike_out(table, column, theirs, [guest_id], guest_id)
    return db.execute("DELETE FROM guests_contact WHERE guest_id = %s", [guest_id])


def _relations(guest_id: int) -> list[dict[str, Any]]:
    """What others are to the guest; who they are is theirs, not the guest's to have."""
    rows = db.fetch_all("SELECT kind, noted_at FROM guests_relation WHERE guest_id = %s ORDER BY id", [guest_id])
    return [{"relation": str(RelationKind(row["kind"]).label), "noted_at": row["noted_at"]} for row in rows]


def _relations_of_others(guest_id: int) -> list[dict[str, Any]]:
    rows = db.fetch_all("SELECT kind, noted_at FROM guests_relation WHERE other_id = %s ORDER BY id", [guest_id])
    return [{"relation": str(RelationKind(inverse(row["kind"])).label), "noted_at": row["noted_at"]} for row in rows]


def _erase_relations(guest_id: int, _now: datetime) -> int:
    return db.execute("DELETE FROM guests_relation WHERE %s IN (guest_id, other_id)", [guest_id])


def _warnings(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT text, is_blacklist, status, raised_at, ends_on FROM guests_warning WHERE guest_id = %s ORDER BY id",
        [guest_id],
    )


def _erase_warnings(guest_id: int, now: datetime) -> int:
    """That there were warnings stays; what they said does not, and they count no longer."""
    return db.execute(
        "UPDATE guests_warning SET text = '', status = 'ended', ended_at = coalesce(ended_at, %s)"
        " WHERE guest_id = %s AND (text <> '' OR status <> 'ended')",
        [now, guest_id],
    )
