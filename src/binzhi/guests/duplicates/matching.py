"""Which files are worth comparing, and the comparison of a batch of files with all others of the group.

Candidates share a phone, a mailbox, a member number, a birthday and an initial, or a name that is rare or comes with
something else. Each of these is a range of one index, and the longest are cut: a phone that a hundred guests have is an
agency's and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from rapidfuzz.distance import OSA

from binzhi.guests.duplicates.comparing import Features
from binzhi.guests.duplicates.weighing import Weighed, weigh
from binzhi.guests.files import phone_place
from binzhi.kernel import crypto, db

RARE = 12
FEW = 20
# Names commoner than this are as common as this.
COUNTED = 1500
# A name not met yet is about as common as one in a hundred thousand.
SMOOTH, USUAL_SHARE = 20_000, 0.00001

_CANDIDATES = f"""
WITH s AS (
    SELECT id, group_id, pinyin, initials, birth_date, email, phone_index, phone_tail_index, member_no, organisation_id,
        CASE WHEN name ~ '^[[:alpha:]]+ [[:alpha:]]+$' AND name ~ '^[ -~]+$'
            THEN lower(split_part(name, ' ', 2) || split_part(name, ' ', 1)) END AS turned
    FROM guests_guest WHERE id = ANY(%(ids)s) AND group_id = %(group)s AND merged_into_id IS NULL
), names AS (
    SELECT n.pinyin, (
        SELECT count(*) FROM (SELECT 1 FROM guests_guest g WHERE g.group_id = %(group)s AND g.pinyin = n.pinyin
            LIMIT {COUNTED}) few
    ) AS files
    FROM (SELECT DISTINCT pinyin FROM s WHERE pinyin <> '') n
), found AS (
    SELECT s.id AS one, g.id AS other FROM s CROSS JOIN LATERAL (
        SELECT id FROM guests_guest g WHERE g.group_id = s.group_id AND g.phone_index = s.phone_index LIMIT {FEW}
    ) g WHERE s.phone_index IS NOT NULL
    UNION ALL
    SELECT s.id, g.id FROM s CROSS JOIN LATERAL (
        SELECT id FROM guests_guest g WHERE g.group_id = s.group_id AND g.email IN (s.email, lower(s.email))
            AND g.email <> '' LIMIT {FEW}
    ) g WHERE s.email <> ''
    UNION ALL
    SELECT s.id, g.id FROM s CROSS JOIN LATERAL (
        SELECT id FROM guests_guest g WHERE g.group_id = s.group_id AND g.member_no = s.member_no LIMIT {FEW}
    ) g WHERE s.member_no <> ''
    UNION ALL
    SELECT s.id, g.id FROM s JOIN guests_guest g ON g.group_id = s.group_id AND g.birth_date = s.birth_date
        AND left(g.initials, 1) IN (left(s.initials, 1), right(s.initials, 1)) AND g.birth_date IS NOT NULL
    UNION ALL
    SELECT s.id, g.id FROM s JOIN names n ON n.pinyin = s.pinyin CROSS JOIN LATERAL (
        SELECT id FROM guests_guest g WHERE g.group_id = s.group_id AND g.pinyin = s.pinyin AND (n.files <= {RARE}
            OR g.phone_tail_index = s.phone_tail_index OR g.organisation_id = s.organisation_id)
        LIMIT {FEW}
    ) g
    UNION ALL
    SELECT s.id, g.id FROM s CROSS JOIN LATERAL (
        SELECT id FROM guests_guest g WHERE g.group_id = s.group_id AND g.pinyin = s.turned LIMIT {RARE}
    ) g WHERE s.turned IS NOT NULL
), pairs AS (
    SELECT DISTINCT least(one, other) AS one, greatest(one, other) AS other FROM found WHERE one <> other
)
SELECT p.one, p.other FROM pairs p
WHERE NOT EXISTS (SELECT 1 FROM guests_duplicatepair d
    WHERE d.first_id = p.one AND d.second_id = p.other AND d.state <> 'open')
"""  # noqa: S608  (constants)
_FEATURES = """
SELECT g.id AS guest_id, g.name, g.plain, g.pinyin, g.initials, g.name_en, g.sex, g.birth_date, g.nationality, g.email,
    g.phone_index AS phone, g.phone_tail_index AS tail, g.organisation_id, g.member_no, g.phone_sealed,
    g.merged_into_id, (SELECT coalesce(json_agg(json_build_array(d.kind, encode(d.number_index, 'hex'))), '[]')
        FROM guests_guestdocument d WHERE d.guest_id = g.id)::text AS documents
FROM guests_guest g WHERE g.id = ANY(%s)
"""
_SHARES = f"""
SELECT n.pinyin, (SELECT count(*) FROM (SELECT 1 FROM guests_guest g WHERE g.group_id = %s AND g.pinyin = n.pinyin
    LIMIT {COUNTED}) few) AS files
FROM unnest(%s::text[]) AS n (pinyin)
"""  # noqa: S608  (constants)
_KEEP = """
INSERT INTO guests_duplicatepair (group_id, first_id, second_id, weight, reasons)
SELECT %s, p.first, p.second, p.weight, p.reasons
FROM json_to_recordset(%s::json) AS p (first bigint, second bigint, weight float8, reasons jsonb)
ON CONFLICT (first_id, second_id) DO UPDATE SET weight = excluded.weight, reasons = excluded.reasons
WHERE guests_duplicatepair.state = 'open'
"""
Pair = tuple[int, int]


def files_in(group_id: int) -> int:
    """How many files the group has."""
    return int(db.fetch_value("SELECT count(*) FROM guests_guest WHERE group_id = %s", [group_id]))


def suggest(*, group_id: int, guest_ids: Sequence[int], files: int) -> int:
    """Compare these files with all others and keep the pairs that are likelier one person than not; how many.

    Building block: the caller has opened the transaction. Pairs that somebody decided about are not touched.
    """
    kept = [
        {"first": one, "second": other, "weight": found.bits, "reasons": found.reasons}
        for (one, other), found in weighed(group_id=group_id, guest_ids=guest_ids, files=files).items()
        if found.is_likely
    ]
    if kept:
        db.execute(_KEEP, [group_id, orjson.dumps(kept).decode()])
    return len(kept)


def weighed(*, group_id: int, guest_ids: Sequence[int], files: int) -> dict[Pair, Weighed]:
    """The candidates of these files, weighed."""
    rows = _candidates(group_id, guest_ids)
    known = features(
        group_id=group_id, guest_ids={each for row in rows for each in (row["one"], row["other"])}, files=files
    )
    found: dict[Pair, Weighed] = {}
    opened: dict[int, str] = {}
    for row in rows:
        pair = row["one"], row["other"]
        if pair[0] not in known or pair[1] not in known:
            continue
        one, other = known[pair[0]][0], known[pair[1]][0]
        first = weigh(one, other, files=files)
        matters = first.bits >= _NEARLY_THERE and first.level("phone") == "differs" and first.level("name") in _CLOSE
        if matters and _is_near(pair, known, opened):
            first = weigh(one, other, files=files, near_phone=True)
        found[pair] = first
    return found


# Two phones are opened, for this comparison alone, only where their being nearly the same would decide.
_NEARLY_THERE = -18.0
_CLOSE = frozenset({"same", "sounds_same", "same_in_letters", "turned", "one_letter", "longer", "given"})
# With figures of a table that is being filled the planner reads all of it for a handful of rows.
_BY_INDEX = (
    "SELECT set_config(name, %s, true)"
    " FROM unnest('{enable_seqscan,enable_hashjoin,enable_mergejoin}'::text[]) AS setting (name)"
)


def _candidates(group_id: int, guest_ids: Sequence[int]) -> list[dict[str, int]]:
    read_by_index(True)
    rows = db.fetch_all(_CANDIDATES, {"ids": list(guest_ids), "group": group_id})
    read_by_index(False)
    return rows


def read_by_index(only: bool) -> None:
    """Let this transaction read by index alone, or as the planner likes."""
    db.execute(_BY_INDEX, ["off" if only else "on"])


Known = dict[int, tuple[Features, bytes | None]]


def features(*, group_id: int, guest_ids: set[int], files: int) -> Known:
    """What of these files is compared, with the sealed phone beside it; joined ones are left out."""
    if not guest_ids:
        return {}
    rows = [row for row in db.fetch_all(_FEATURES, [list(guest_ids)]) if row.pop("merged_into_id") is None]
    names = {row["pinyin"] for row in rows if row["pinyin"]}
    shares = {
        row["pinyin"]: (row["files"] + SMOOTH * USUAL_SHARE) / (files + SMOOTH)
        for row in db.fetch_all(_SHARES, [group_id, list(names)])
    }
    known: Known = {}
    for row in rows:
        sealed = row.pop("phone_sealed")
        documents = frozenset((kind, bytes.fromhex(number)) for kind, number in orjson.loads(row.pop("documents")))
        phone, tail = (None if row[name] is None else bytes(row[name]) for name in ("phone", "tail"))
        each: dict[str, Any] = {**row, "phone": phone, "tail": tail, "documents": documents}
        known[row["guest_id"]] = Features(**each, share=shares.get(row["pinyin"], USUAL_SHARE)), sealed
    return known


def _is_near(pair: Pair, known: Known, opened: dict[int, str]) -> bool:
    """Are the two phones one mistake apart: a digit wrong, missing or too many, or two neighbours changed?"""
    for guest_id in pair:
        sealed = known[guest_id][1]
        if sealed is None:
            return False
        if guest_id not in opened:
            opened[guest_id] = crypto.open_sealed(sealed, place=phone_place(guest_id))
    return OSA.distance(opened[pair[0]], opened[pair[1]], score_cutoff=1) <= 1
