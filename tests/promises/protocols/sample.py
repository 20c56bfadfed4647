"""A protocol in which everything occurs, and what reading it, or a changed one, tells."""

from __future__ import annotations

import pytest

from binzhi.promises.errors import ProtocolInvalid
from binzhi.promises.protocols.problems import Problem
from binzhi.promises.protocols.reader import read

WHOLE = """\
protocol: tea-round
name: 送茶
name_en: Tea round
subject: visit
source: S1
anchors:
  arrival: {name: 抵店, name_en: Arrival}
  meal: {name: 用餐, repeats: true}
  first_entry: {name: 首次进房, name_en: First entry, event: true}
departments: [front-office, housekeeping]
ladder:
  - {after: 0min, to: "@person"}
  - {after: 5min, to: "@manager"}
  - {after: 1h, to: duty-manager}
tasks:
  - key: tea
    clause: "18"
    name: 送茶
    name_en: Tea
    text: 第一行
    department: housekeeping
    due: first_entry + 5min
    opens: 10min
    posts: [room-attendant]
    when: {level: [IP, VIP], nights: {least: 7, most: 30}, long_stay: true, room_type: suite}
    after: [cup]
    evidence: [photo, {kind: countersignature, post: housekeeping-manager, name: 经理签字, name_en: Manager signs}]
    checklist: [{key: hot, name: 茶是热的, name_en: Hot}]
    eligible: [{clause: "16", when: {level: VVIP}, grade: 2}, {clause: "16", months: 6}]
    ladder: [{after: 90s, to: duty-manager}]
    hand_on: [front-office]
    waivable: false
  - key: cup
    name: 备杯
    department: "@each"
    due: arrival - 1h30min
gaps: [{task: cup, text: 未定时限, text_en: No time is named}]
ends_with: [tea]
"""


def problems_of(source: str) -> list[Problem]:
    with pytest.raises(ProtocolInvalid) as refused:
        read(source)
    # Every sentence finds what it speaks of.
    assert all(problem.text for problem in refused.value.problems)
    return list(refused.value.problems)


def told(source: str) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.where, problem.code) for problem in problems_of(source)]


def changed(old: str, new: str) -> str:
    assert WHOLE.count(old) == 1, old
    return WHOLE.replace(old, new)
