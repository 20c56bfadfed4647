"""A protocol laid over a made-up visit: the same axis as a real one, and nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE
from binzhi.promises import laying, rows
from binzhi.promises.access import Permission
from binzhi.promises.enums import RunStatus
from binzhi.promises.laying import Moment, NewTask
from binzhi.promises.protocols.language import HOST, Plain, ProtocolSpec, TaskSpec
from binzhi.promises.protocols.reader import read
from binzhi.promises.queries import AnchorRow, Card, RunView
from binzhi.promises.queries.protocols import source_of
from binzhi.promises.queries.runs import departments_of
from binzhi.promises.web import timeline, wording
from binzhi.promises.web.protocols import MOST_BYTES, checked, editor_context
from binzhi.promises.web.protocols import PAGE as EDITOR
from binzhi.promises.web.runs import local_instant
from binzhi.property.queries import HotelRef, localised

PAGE, PART = "promises/rehearsal.html", "promises/rehearsal_board.html"
# Where nothing was said: the first moment tomorrow, each further one some hours after it.
AHEAD, APART = timedelta(hours=26), timedelta(hours=4)


@require_http_methods(["GET", "POST"])
@screen(Permission.VIEW)
def rehearsal(request: StaffRequest, code: str) -> HttpResponse:
    """Facts and moments stand in the address: change one, see every task move. A POST brings a text not saved yet."""
    hotel = hotel_of(request)
    draft = request.POST.get("source", "")[: MOST_BYTES + 1]
    if draft:
        spec, problems = checked(draft, hotel_id=hotel.pk)
        if spec is None or problems:
            context = editor_context(request, code, source=draft)
            return render_screen(request, EDITOR, context, status=UNPROCESSABLE)
    else:
        spec = read(source_of(hotel_id=hotel.pk, code=code).source)
    asked = request.POST if request.method == "POST" else request.GET
    context = _context(spec, asked, hotel, clock.now()) | {"code": code, "draft": draft}
    return render_screen(request, PAGE, context, part=PART)


def _context(spec: ProtocolSpec, asked: QueryDict, hotel: HotelRef, now: datetime) -> dict[str, Any]:
    departments = departments_of(hotel.pk)
    house = rows.house_of(hotel.pk, host=_host(spec, asked, dict(departments)))
    choices = facts_asked(spec)
    facts = {name: _fact(asked.get(f"fact-{name}", ""), values) for name, values in choices.items()}
    refusal: DomainError | None = None
    moments = []
    tasks: list[NewTask] = []
    try:
        moments = _moments(spec, asked, hotel, now)
        tasks = laying.lay(protocol=spec, facts=facts, moments=moments, house=house, now=now)
    except DomainError as found:
        refusal = found
    run = _run(spec, moments, tasks, facts, dict(departments), house.host, now)
    columns = timeline.columns_of(run, now)
    seen = wording.lines(run.tasks, me=None, posts={})
    return {
        "spec": spec,
        "title": localised(spec.name, spec.name_en),
        "choices": [(name, values, facts[name]) for name, values in choices.items()],
        "moments": [(anchor, next((one.at for one in moments if one.name == anchor.name), None))
                    for anchor in spec.anchors],
        "has_events": any(not anchor.planned for anchor in spec.anchors),
        "events_set": any(one.at is not None and not spec.anchor(one.name).planned for one in moments),
        "departments": departments,
        "host": house.host,
        "needs_host": any(task.department == HOST for task in spec.tasks),
        "columns": columns,
        "lanes": timeline.lanes_of(run, seen, columns, [code for code, _label in departments]),
        "total": len(tasks),
        "compressed": sum(task.compressed for task in tasks),
        "dropped": len(spec.tasks) - len({task.key for task in tasks}),
        "refusal": refusal,
        "rehearsal": True,
    }  # fmt: skip


def facts_asked(spec: ProtocolSpec) -> dict[str, list[Plain]]:
    """What the conditions ask, with the values they know; of a number the two ends."""
    found: dict[str, list[Plain]] = {}
    rules = [task.when for task in spec.tasks] + [rule.when for task in spec.tasks for rule in task.eligible]
    for tests in rules:
        for test in tests:
            values = found.setdefault(test.fact, [])
            ends = [one for one in (test.least, test.most) if one is not None]
            values += [value for value in (*test.any_of, *ends) if value not in values]
    return found


def _fact(given: str, values: list[Plain]) -> Plain | None:
    """The value an address names; the first known where it names none."""
    by_text = {str(value): value for value in values}
    if given in by_text:
        return by_text[given]
    if given.lstrip("-").isdecimal() and len(given) < 10:
        return int(given)
    return None if given == "-" or not values or isinstance(values[0], bool) else values[0]


def _host(spec: ProtocolSpec, asked: QueryDict, departments: Mapping[str, str]) -> str:
    given = asked.get("host", "")
    return given if given in departments else next(iter(departments), "")


def _moments(spec: ProtocolSpec, asked: QueryDict, hotel: HotelRef, now: datetime) -> list[Moment]:
    """As the form says; planned ones that it leaves open get a time of their own."""
    base = hotel.local(now).replace(minute=0, second=0, microsecond=0) + AHEAD
    found = []
    for place, anchor in enumerate(spec.anchors):
        given = asked.get(f"at-{anchor.name}")
        if given:
            at: datetime | None = local_instant(given, hotel)
        else:
            at = (base + place * APART).astimezone(UTC) if anchor.planned and given is None else None
        found.append(Moment(anchor.name, 1, at))
    return found


def _run(
    spec: ProtocolSpec, moments: list[Moment], tasks: list[NewTask], facts: Mapping[str, Any],
    departments: Mapping[str, str], host: str, now: datetime,
) -> RunView:  # fmt: skip
    """As the axis draws it; nothing of it is in the database."""
    anchors = []
    for moment in moments or [Moment(anchor.name, 1, None) for anchor in spec.anchors]:
        words = spec.anchor(moment.name)
        anchors.append(AnchorRow(
            moment.name, 1, moment.at, 0, words.label, words.label_en, words.planned, words.repeats
        ))  # fmt: skip
    return RunView(
        id=0, version=0, protocol=spec, version_id=0, subject=spec.subject, subject_id=0, occasion="", label="",
        room_id=None, guest_id=None, host_department="", facts=dict(facts), status=RunStatus.LIVE, started_at=now,
        ended_at=None, anchors=anchors,
        tasks=[_card(task, spec.by_key[task.key], spec, departments, host, now) for task in tasks],
    )  # fmt: skip


def _card(
    task: NewTask, words: TaskSpec, spec: ProtocolSpec, departments: Mapping[str, str], host: str, now: datetime
) -> Card:
    department = task.branch or (host if words.department == HOST else words.department)
    return Card(
        id=0, run_id=0, key=task.key, clause=task.clause, occurrence=task.occurrence, branch=task.branch,
        department=department, department_name=departments.get(department, department), department_name_en="",
        posts=task.posts, assignee_id=None, assignee="", acknowledged_at=None, anchor=task.anchor, due_at=task.due_at,
        opens_at=task.opens_at, compressed=task.compressed, state=task.state, ended_at=None, reason="", rung=0,
        version=0, position=task.position, run_label="", subject=spec.subject, subject_id=0, guest_id=None, room="",
        facts={}, protocol=spec.code, open_before=[], spec=words, now=now,
    )  # fmt: skip
