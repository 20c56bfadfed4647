"""Which files are worth comparing, and the comparison of a batch of files with all others of the group.

Candidates share a phone, a mailbox, a member number, a birthday and an initial, or a name that is rare or comes with
something else. Each of these is a range of one index, and the longest are cut: a phone that a hundred guests have is an
agency's and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from rapidfuzz.distance import OSA

from binzhi.guests.duplicates.comparing import Features
from binzhi.guests.duplicates.crowd import RARE, Crowd
from binzhi.guests.duplicates.sifting import may_be_near, may_be_one
from binzhi.guests.duplicates.weighing import Weighed, weigh
from binzhi.guests.files import phone_place
from binzhi.kernel import crypto, db

FEW = 20

# What `may_be_one` would drop anyway, dropped where it costs least. Of one mistake in two words or numbers either the
# beginning or the end stays free; a birthday with one wrong digit keeps its year, its month or its day.
_NAME_MAY_DO = """(abs(length(g.pinyin) - length(s.pinyin)) <= 1
        AND (left(g.pinyin, (least(length(g.pinyin), length(s.pinyin)) - 1) / 2)
                = left(s.pinyin, (least(length(g.pinyin), length(s.pinyin)) - 1) / 2)
            OR right(g.pinyin, (least(length(g.pinyin), length(s.pinyin)) - 1) / 2)
                = right(s.pinyin, (least(length(g.pinyin), length(s.pinyin)) - 1) / 2))
    OR (g.email <> '' AND s.email <> '')
    OR octet_length(g.plain) = length(g.plain) OR octet_length(s.plain) = length(s.plain))"""
_REST_MAY_DO = """(g.birth_date IS NULL OR s.birth_date IS NULL OR g.phone_index IS NULL OR s.phone_index IS NULL
    OR extract(year FROM g.birth_date) = extract(year FROM s.birth_date)
    OR extract(month FROM g.birth_date) = extract(month FROM s.birth_date)
    OR extract(day FROM g.birth_date) = extract(day FROM s.birth_date)
    OR left(g.phone_masked, 3) = left(s.phone_masked, 3) OR right(g.phone_masked, 4) = right(s.phone_masked, 4)
    OR length(g.phone_masked) <> 11 OR length(s.phone_masked) <> 11
    OR g.organisation_id = s.organisation_id OR (g.email <> '' AND s.email <> '')
    OR (g.member_no <> '' AND g.member_no = s.member_no))"""
_CANDIDATES = f"""
WITH s AS (
    SELECT g.id, g.group_id, g.plain, g.phone_masked, g.pinyin, g.initials, g.birth_date, g.email, g.phone_index,
        g.phone_tail_index, g.member_no, g.organisation_id, n.is_rare,
        CASE WHEN g.name ~ '^[[:alpha:]]+ [[:alpha:]]+$' AND g.name ~ '^[ -~]+$'
            THEN lower(split_part(g.name, ' ', 2) || split_part(g.name, ' ', 1)) END AS turned
    FROM unnest(%(ids)s::bigint[], %(rare)s::boolean[]) AS n (id, is_rare)
    JOIN guests_guest g ON g.id = n.id AND g.group_id = %(group)s AND g.merged_into_id IS NULL
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
        SELECT id FROM guests_guest g WHERE g.group_id = s.group_id AND g.member_no = s.member_no
            AND g.member_no <> '' LIMIT {FEW}
    ) g WHERE s.member_no <> ''
    UNION ALL
    SELECT s.id, g.id FROM s JOIN guests_guest g ON g.group_id = s.group_id AND g.birth_date = s.birth_date
        AND left(g.initials, 1) IN (left(s.initials, 1), right(s.initials, 1)) AND g.birth_date IS NOT NULL
    WHERE {_NAME_MAY_DO}
    UNION ALL
    SELECT s.id, g.id FROM s CROSS JOIN LATERAL (
        SELECT * FROM guests_guest g WHERE g.group_id = s.group_id AND g.pinyin = s.pinyin LIMIT {FEW}
    ) g WHERE s.is_rare AND s.pinyin <> '' AND {_REST_MAY_DO}
    UNION ALL
    SELECT s.id, g.id FROM s CROSS JOIN LATERAL (
        SELECT id FROM guests_guest g WHERE g.group_id = s.group_id AND g.phone_tail_index = s.phone_tail_index
            AND g.pinyin = s.pinyin LIMIT {FEW}
    ) g WHERE NOT s.is_rare AND s.phone_tail_index IS NOT NULL
    UNION ALL
    SELECT s.id, g.id FROM s CROSS JOIN LATERAL (
        SELECT id FROM guests_guest g WHERE g.group_id = s.group_id AND g.organisation_id = s.organisation_id
            AND g.pinyin = s.pinyin LIMIT {FEW}
    ) g WHERE NOT s.is_rare AND s.organisation_id IS NOT NULL
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
SELECT id AS guest_id, name, plain, pinyin, initials, name_en, sex, birth_date, nationality, email,
    phone_index AS phone, phone_tail_index AS tail, phone_masked AS mask, organisation_id, member_no, phone_sealed
FROM guests_guest WHERE id = ANY(%s) AND merged_into_id IS NULL
"""
_DOCUMENTS = "SELECT guest_id, kind, number_index FROM guests_guestdocument WHERE guest_id = ANY(%s)"
_KEEP = """
INSERT INTO guests_duplicatepair (group_id, first_id, second_id, weight, reasons)
SELECT %s, p.first, p.second, p.weight, p.reasons
FROM json_to_recordset(%s::json) AS p (first bigint, second bigint, weight float8, reasons jsonb)
ON CONFLICT (first_id, second_id) DO UPDATE SET weight = excluded.weight, reasons = excluded.reasons
WHERE guests_duplicatepair.state = 'open'
"""
Pair = tuple[int, int]


def suggest(*, crowd: Crowd, guest_ids: Sequence[int], names: Sequence[str]) -> int:
    """Compare these files with all others and keep the pairs that are likelier one person than not; how many.

    `names`: the pinyin of each. Building block: the caller has opened the transaction. Pairs that somebody
    decided about are not touched.
    """
    kept = [
        {"first": one, "second": other, "weight": found.bits, "reasons": found.reasons}
        for (one, other), found in weighed(crowd=crowd, guest_ids=guest_ids, names=names).items()
        if found.is_likely
    ]
    if kept:
        db.execute(_KEEP, [crowd.group_id, orjson.dumps(kept).decode()])
    return len(kept)


def weighed(*, crowd: Crowd, guest_ids: Sequence[int], names: Sequence[str]) -> dict[Pair, Weighed]:
    """The candidates of these files, weighed, but for those that cannot be likely."""
    pairs = _candidates(crowd, guest_ids, names)
    known = features(crowd=crowd, guest_ids={each for pair in pairs for each in pair})
    found: dict[Pair, Weighed] = {}
    opened: dict[int, str] = {}
    files = crowd.files
    for pair in pairs:
        if pair[0] not in known or pair[1] not in known:
            continue
        one, other = known[pair[0]][0], known[pair[1]][0]
        if not may_be_one(one, other, files=files):
            continue
        first = weigh(one, other, files=files)
        matters = first.bits >= _NEARLY_THERE and first.level("phone") == "differs" and first.level("name") in _CLOSE
        if matters and may_be_near(one, other) and _is_near(pair, known, opened):
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


def _candidates(crowd: Crowd, guest_ids: Sequence[int], names: Sequence[str]) -> list[Pair]:
    crowd.learn(names)
    crowd.let_the_planner_know()
    read_by_index(True)
    rows = db.fetch_tuples(_CANDIDATES, {
        "ids": db.array(guest_ids), "rare": db.array(map(crowd.is_rare, names)), "group": crowd.group_id,
    })  # fmt: skip
    read_by_index(False)
    return rows


def read_by_index(only: bool) -> None:
    """Let this transaction read by index alone, or as the planner likes."""
    db.execute(_BY_INDEX, ["off" if only else "on"])


Known = dict[int, tuple[Features, bytes | None]]


def features(*, crowd: Crowd, guest_ids: set[int]) -> Known:
    """What of these files is compared, with the sealed phone beside it; joined ones are left out."""
    if not guest_ids:
        return {}
    ids = db.array(guest_ids)
    documents: dict[int, set[tuple[str, bytes]]] = {}
    for guest_id, kind, number in db.fetch_tuples(_DOCUMENTS, [ids]):
        documents.setdefault(guest_id, set()).add((kind, bytes(number)))
    rows = db.fetch_all(_FEATURES, [ids])
    crowd.learn(row["pinyin"] for row in rows)
    known: Known = {}
    for row in rows:
        guest_id, sealed = row["guest_id"], row.pop("phone_sealed")
        # Compared by their hash, which is found quicker in bytes than in what the driver gives.
        row["phone"], row["tail"] = row["phone"] and bytes(row["phone"]), row["tail"] and bytes(row["tail"])
        known[guest_id] = (
            Features(**row, documents=frozenset(documents.get(guest_id, ())), share=crowd.share(row["pinyin"])), sealed
        )  # fmt: skip
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
