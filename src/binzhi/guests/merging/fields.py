"""What of two files stands in the one that stays, what was written for it, and how it is taken back.

What was written is noted before and after. Taking back puts the earlier value where the written one still stands; what
somebody changed since stays. Where a later merge wrote over it, that merge's note inherits the earlier value, so that
merges can be undone in any order and end where they began.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.guests.files import phone_place
from binzhi.kernel import crypto, db
from binzhi.kernel.errors import InvalidInput

FROM_SURVIVOR, FROM_MERGED = "survivor", "merged"
PHONE = "phone"
_PHONE_COLUMNS = ("phone_masked", "phone_index", "phone_tail_index")
# What belongs together is chosen together.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name", "plain", "pinyin", "initials", "marked"),
    "name_en": ("name_en",),
    "sex": ("sex",),
    "birth_date": ("birth_date",),
    "nationality": ("nationality",),
    PHONE: _PHONE_COLUMNS,
    "email": ("email",),
    "organisation": ("organisation_id",),
    "member": ("member_no", "member_tier"),
    "level": ("vip_level", "vip_rank"),
    "note": ("note",),
    "last_stay": ("last_stay_on",),
}
LAST_STAY = "last_stay"
# Not asked for: the higher level and the later stay stand.
BY_RULE = {"level": "vip_rank", LAST_STAY: "last_stay_on"}
CHOSEN = tuple(field for field in FIELDS if field not in BY_RULE)

Row = dict[str, Any]


def lock_files(group_id: int, ids: list[int]) -> dict[int, Row]:
    """The rows of files as JSON values by id, locked against whoever would let a new row name them."""
    rows = db.fetch_all(
        "SELECT g.id, to_jsonb(g) AS whole, g.phone_sealed FROM guests_guest g"
        " WHERE g.group_id = %s AND g.id = ANY(%s) ORDER BY g.id FOR UPDATE",
        [group_id, ids],
    )
    return {row["id"]: {**db.plain_json(row["whole"]), "sealed": row["phone_sealed"]} for row in rows}


def chosen(survivor: Row, merged: Row, choices: Mapping[str, str]) -> list[str]:
    """The fields that the survivor takes from the merged file: those asked for, and where it has nothing itself."""
    taken = []
    for field in choices:
        if field not in CHOSEN or choices[field] not in (FROM_SURVIVOR, FROM_MERGED):
            raise InvalidInput(field=field, message=_("Choose one of the two."))
    for field, columns in FIELDS.items():
        mine, theirs = survivor[columns[0]], merged[columns[0]]
        if field in BY_RULE:
            mine, theirs = survivor[BY_RULE[field]], merged[BY_RULE[field]]
            wants = bool(theirs) and (not mine or theirs > mine)
        else:
            wants = choices.get(field, FROM_SURVIVOR if mine else FROM_MERGED) == FROM_MERGED
        if field == LAST_STAY:
            continue
        # An empty value of the merged file is no value to choose.
        if wants and theirs and any(survivor[column] != merged[column] for column in columns):
            taken.append(field)
    return taken


def take_over(*, group_id: int, merge_id: int, survivor: Row, merged: Row, fields: list[str]) -> None:
    """Write the fields of the merged file into the survivor and note what stood there."""
    guest_id = survivor["id"]
    # The last stay is noted in any case: it is the later one of all files that are joined at a moment.
    for field in (*fields, LAST_STAY):
        before, after = _values(survivor, field), _values(merged, field)
        if field == LAST_STAY:
            after = {"last_stay_on": _later(survivor["last_stay_on"], merged["last_stay_on"])}
        db.execute(
            "INSERT INTO guests_mergedfield (group_id, merge_id, guest_id, field, before, after, before_sealed)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [group_id, merge_id, guest_id, field, _json(before), _json(after),
             survivor["sealed"] if field == PHONE else None],
        )  # fmt: skip
        _write(guest_id, field, after)
        if field == PHONE:
            phone = crypto.open_sealed(merged["sealed"], place=phone_place(merged["id"]))
            _write_sealed(guest_id, crypto.seal(phone, place=phone_place(guest_id)))


def take_back(*, merge_id: int, survivor: Row) -> list[str]:
    """Put back what stood before a merge, unless somebody changed it since; the fields that were left as they are."""
    notes = db.fetch_all(
        "SELECT id, field, before, after, before_sealed FROM guests_mergedfield WHERE merge_id = %s ORDER BY id",
        [merge_id],
    )
    left = []
    for note in notes:
        before, after = db.plain_json(note["before"]), db.plain_json(note["after"])
        if note["field"] == LAST_STAY:
            _last_stay_back(merge_id, survivor, before["last_stay_on"])
            continue
        if _inherited(merge_id, survivor["id"], note["field"], note):
            continue
        if _values(survivor, note["field"]) != after:
            left.append(note["field"])
            continue
        _write(survivor["id"], note["field"], before)
        if note["field"] == PHONE:
            _write_sealed(survivor["id"], note["before_sealed"])
    return left


def _later(one: str | None, other: str | None) -> str | None:
    return max(filter(None, (one, other)), default=None)


def _last_stay_back(merge_id: int, survivor: Row, value: str | None) -> None:
    """What the last stay would be had this merge never been: the notes of the later ones are told anew, in order."""
    expected = db.plain_json(
        db.fetch_value("SELECT after FROM guests_mergedfield WHERE merge_id = %s AND field = %s", [merge_id, LAST_STAY])
    )["last_stay_on"]
    later = db.fetch_all(
        "SELECT f.id, f.after, g.last_stay_on::text AS theirs FROM guests_mergedfield f"
        " JOIN guests_merge m ON m.id = f.merge_id AND m.undone_at IS NULL JOIN guests_guest g ON g.id = m.merged_id"
        " WHERE f.guest_id = %s AND f.field = %s AND f.merge_id > %s ORDER BY f.merge_id",
        [survivor["id"], LAST_STAY, merge_id],
    )
    for note in later:
        expected = db.plain_json(note["after"])["last_stay_on"]
        before, value = value, _later(value, note["theirs"])
        db.execute(
            "UPDATE guests_mergedfield SET before = %s, after = %s WHERE id = %s",
            [_json({"last_stay_on": before}), _json({"last_stay_on": value}), note["id"]],
        )
    # A stay since then is later than all of them and stays.
    if survivor["last_stay_on"] == expected:
        _write(survivor["id"], LAST_STAY, {"last_stay_on": value})


def _inherited(merge_id: int, guest_id: int, field: str, note: Row) -> bool:
    """Did a later merge, still standing, write over it? Its note then says what stood before both."""
    return bool(db.execute(
        """
        UPDATE guests_mergedfield later SET before = %(before)s, before_sealed = %(sealed)s
        WHERE later.before = %(after)s AND later.id = (
            SELECT f.id FROM guests_mergedfield f JOIN guests_merge m ON m.id = f.merge_id AND m.undone_at IS NULL
            WHERE f.guest_id = %(guest)s AND f.field = %(field)s AND f.merge_id > %(merge)s
            ORDER BY f.merge_id LIMIT 1
        )
        """,
        {
            "before": _json(db.plain_json(note["before"])), "after": _json(db.plain_json(note["after"])),
            "sealed": note["before_sealed"], "guest": guest_id, "field": field, "merge": merge_id,
        },
    ))  # fmt: skip


def _values(row: Row, field: str) -> Row:
    return {column: row[column] for column in FIELDS[field]}


def _json(values: Row) -> str:
    return orjson.dumps(values).decode()


def _write(guest_id: int, field: str, values: Row) -> None:
    columns = ", ".join(FIELDS[field])
    db.execute(
        f"UPDATE guests_guest SET ({columns}) = (SELECT {columns} FROM"  # noqa: S608  (constants)
        " jsonb_populate_record(NULL::guests_guest, %s)) WHERE id = %s",
        [_json(values), guest_id],
    )


def _write_sealed(guest_id: int, sealed: bytes | None) -> None:
    db.execute("UPDATE guests_guest SET phone_sealed = %s WHERE id = %s", [sealed, guest_id])
