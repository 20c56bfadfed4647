"""How many files there are and how common names are among them: what agreement of two files is measured against."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from binzhi.kernel import db

# Names commoner than this are as common as this.
COUNTED = 1500
# A name not met yet is about as common as one in a hundred thousand.
SMOOTH, USUAL_SHARE = 20_000, 0.00001
# So many files of one name are all looked at; of a commoner name only those that share something else.
RARE = 12

# Of fewer files any reading is quick.
FEWEST_LOOKED_AT = 1000
# As many as the planner believes the group has: it may know millions of files and nothing of a group that is new.
_SEEN = "EXPLAIN (FORMAT JSON) SELECT FROM guests_guest WHERE group_id = {group_id:d}"

_COUNTS = f"""
SELECT n.pinyin, (SELECT count(*) FROM (SELECT 1 FROM guests_guest g WHERE g.group_id = %s AND g.pinyin = n.pinyin
    LIMIT {COUNTED}) few) AS files
FROM json_array_elements_text(%s::json) AS n (pinyin)
"""  # noqa: S608  (constants)


class Crowd:
    """Counted once for a whole import: the names of a batch are added as they come, not counted anew."""

    def __init__(self, group_id: int, files: int) -> None:
        self.group_id = group_id
        self.files = files
        self._planned_for = 0.0
        self._names: dict[str, int] = {}

    @classmethod
    def of_group(cls, group_id: int) -> Crowd:
        return cls(group_id, int(db.fetch_value("SELECT count(*) FROM guests_guest WHERE group_id = %s", [group_id])))

    def let_the_planner_know(self) -> None:
        """Have the database look at the files anew when the group has twice as many as it last saw.

        Without it a house that fills its first hundred thousand files is searched as if it had ten: by an index that
        finds the group and nothing narrower. The files of other groups say nothing of that.
        """
        if self.files <= FEWEST_LOOKED_AT or self.files <= 2 * self._planned_for:
            return
        self._planned_for = self._seen()
        if self.files > 2 * self._planned_for:
            db.execute("ANALYZE guests_guest, guests_guestdocument")
            self._planned_for = float(self.files)

    def _seen(self) -> float:
        plan = db.plain_json(db.fetch_value(_SEEN.format(group_id=self.group_id)))
        return float(plan[0]["Plan"]["Plan Rows"])

    def learn(self, names: Iterable[str]) -> None:
        """Count those names (as read: pinyin) that are not known yet."""
        unknown = {name for name in names if name} - self._names.keys()
        if unknown:
            rows = db.fetch_all(_COUNTS, [self.group_id, orjson.dumps(list(unknown)).decode()])
            self._names |= {row["pinyin"]: row["files"] for row in rows}

    def add(self, names: Iterable[str]) -> None:
        """Files with these names are about to be added."""
        names = list(names)
        self.learn(names)
        self.files += len(names)
        for name in names:
            if name:
                self._names[name] += 1

    def is_rare(self, name: str) -> bool:
        return not name or self._names[name] <= RARE

    def share(self, name: str) -> float:
        """How often the name occurs, as a share of all files."""
        if not name:
            return USUAL_SHARE
        return (min(self._names[name], COUNTED) + SMOOTH * USUAL_SHARE) / (self.files + SMOOTH)
