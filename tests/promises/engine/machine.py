"""A visit lived at random, each step done to the engine and noted in a plain model; crashes on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.promises import sweep as sweeping
from binzhi.promises.enums import Evidence
from binzhi.promises.models import Escalation, Notice, Run, Task
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.assigning import assign_proposed
from binzhi.promises.services.facts import change_facts
from binzhi.promises.services.moments import happen, move_anchor
from binzhi.promises.services.runs import cancel_run
from binzhi.promises.services.tasks import complete_task, countersign_task, reopen_task, waive_task
from tests.factories import NOW, SYSTEM
from tests.promises.engine.house import make_house, start

LEVELS = st.sampled_from(("IP", "VIP", "VVIP"))
MINUTES = st.integers(0, 400)
PICK = st.integers(0, 99)
BASE = {
    "meeting", "notice/front-office", "notice/housekeeping", "notice/engineering", "cleaned", "repaired", "host", "tea",
    "ask", "menu", "room-set", "farewell",
}  # fmt: skip
OF_LEVEL = {"IP": set(), "VIP": {"sealed", "banner"}, "VVIP": {"sealed", "banner", "flowers"}}
REPEATED = {"visitor": {"ask"}, "meal": {"menu", "room-set"}}
UNENDED = ("waiting", "open")
PROOFS = [
    ProofInput(Evidence.SIGNATURE), ProofInput(Evidence.TICK), ProofInput(Evidence.TEXT, text="好"),
    ProofInput(Evidence.TICK, item="ac"), ProofInput(Evidence.TICK, item="tv"),
]  # fmt: skip


class Killed(BaseException):
    """The worker is gone."""


class Visit(RuleBasedStateMachine):
    """One visit of one house, and a clock that only goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.house = make_house()
        self.now = NOW
        self.run_id = 0
        # What was asked for at any time: such a task has exactly one row for ever.
        self.asked: set[str] = set()
        self.level = ""
        self.occurrences = {"visitor": 1, "meal": 1}
        self.begun: set[str] = set()
        self.over = False

    # ------------------------------------------------------------ steps

    @initialize(level=LEVELS, minutes=MINUTES)
    def begin(self, level: str, minutes: int) -> None:
        self.level = level
        self.run_id = start(
            self.house, level=level, anchors={"arrival": NOW + minutes * timedelta(minutes=1)}, now=self.now
        ).run_id
        self._ask()

    def _ask(self) -> None:
        """What the protocol asks for by now."""
        self.asked |= BASE | OF_LEVEL[self.level]
        for anchor, keys in REPEATED.items():
            for occurrence in range(2, self.occurrences[anchor] + 1):
                self.asked |= {f"{key}#{occurrence}" for key in keys}

    def attempt(self, call: Callable[[], Any]) -> str:
        db.enter_scope("*", "*")
        try:
            call()
        except DomainError as refusal:
            return type(refusal).__name__
        return "ok"

    @rule(minutes=st.integers(1, 120))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(minutes=st.integers(-30, 600), anchor=st.sampled_from(("arrival", "arrival", "departure", "meal")))
    def move(self, minutes: int, anchor: str) -> None:
        at = self.now + timedelta(minutes=minutes)
        outcome = self.attempt(
            lambda: move_anchor(
                hotel_id=self.house.pk, run_id=self.run_id, anchor=anchor, at=at, actor=SYSTEM, now=self.now
            )
        )
        assert outcome == ("RunEnded" if self.over else "InvalidInput" if minutes < 0 else "ok")

    @rule(anchor=st.sampled_from(("first_entry", "visitor", "meal")))
    def event(self, anchor: str) -> None:
        outcome = self.attempt(
            lambda: happen(hotel_id=self.house.pk, run_id=self.run_id, anchor=anchor, actor=SYSTEM, now=self.now)
        )
        if self.over:
            assert outcome == "RunEnded"
        elif anchor == "first_entry":
            assert outcome == ("AlreadyHappened" if anchor in self.begun else "ok")
        else:
            assert outcome == "ok"
        if outcome == "ok":
            self.begun.add(anchor)
            self.occurrences |= {name: self._count(name) for name in REPEATED}
            self._ask()

    def _count(self, anchor: str) -> int:
        return int(
            db.fetch_value(
                "SELECT count(*) FROM promises_anchor WHERE run_id = %s AND name = %s", [self.run_id, anchor]
            )
        )

    @rule(level=LEVELS)
    def level_changes(self, level: str) -> None:
        outcome = self.attempt(
            lambda: change_facts(
                hotel_id=self.house.pk, run_id=self.run_id, facts={"level": level}, actor=SYSTEM, now=self.now
            )
        )
        assert outcome == ("RunEnded" if self.over else "ok")
        if not self.over:
            self.level = level
            self._ask()

    def pick(self, pick: int) -> Task:
        found = list(Task.objects.filter(run_id=self.run_id).order_by("id"))
        return found[pick % len(found)]

    @rule(pick=PICK)
    def complete(self, pick: int) -> None:
        task = self.pick(pick)
        outcome = self.attempt(
            lambda: complete_task(
                hotel_id=self.house.pk, task_id=task.pk, proofs=_fitting(task), actor=SYSTEM, now=self.now
            )
        )
        if self.over:
            assert outcome == "RunEnded"
        elif task.state not in UNENDED:
            assert outcome == "TaskEnded"
        else:
            # The photo of the banner is never there.
            assert outcome in ("ok", "DependencyOpen", "TaskWaiting", "InvalidInput")

    @rule(pick=PICK)
    def countersign(self, pick: int) -> None:
        task = self.pick(pick)
        self.attempt(lambda: countersign_task(hotel_id=self.house.pk, task_id=task.pk, actor=SYSTEM, now=self.now))

    @rule(pick=PICK)
    def waive(self, pick: int) -> None:
        task = self.pick(pick)
        outcome = self.attempt(
            lambda: waive_task(hotel_id=self.house.pk, task_id=task.pk, reason="试", actor=SYSTEM, now=self.now)
        )
        if not self.over and task.state in UNENDED:
            assert outcome == ("NotWaivable" if task.key == "sealed" else "ok")

    @rule(pick=PICK)
    def reopen(self, pick: int) -> None:
        task = self.pick(pick)
        outcome = self.attempt(
            lambda: reopen_task(hotel_id=self.house.pk, task_id=task.pk, reason="再来", actor=SYSTEM, now=self.now)
        )
        if not self.over:
            assert outcome == ("ok" if task.state in ("done", "waived") else "TaskNotEnded")

    @rule()
    def assign(self) -> None:
        self.attempt(lambda: assign_proposed(hotel_id=self.house.pk, run_id=self.run_id, actor=SYSTEM, now=self.now))

    @rule(limit=st.integers(1, 9), minutes=st.integers(0, 60))
    def worker_sweeps(self, limit: int, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        sweeping.sweep(now=self.now, limit=limit)
        self.nothing_is_due()

    def nothing_is_due(self) -> None:
        """After a sweep every step that is due by the clock was taken."""
        for task in Task.objects.filter(run_id=self.run_id, state="open"):
            due = [after for after in task.rungs_after if task.due_at + timedelta(seconds=after) <= self.now]
            assert task.rung >= len(due), task.key

    @rule(limit=st.integers(1, 9), batches=st.integers(0, 3), told=st.booleans())
    def worker_dies_in_a_sweep(self, limit: int, batches: int, told: bool) -> None:
        """Before a batch, or after it and before the commit; batches before that are kept."""
        real = sweeping._batch
        left = [batches]

        def mortal(answering: sweeping.Answering, size: int) -> tuple[int, int]:
            if left[0] == 0:
                if told:
                    real(answering, size)
                raise Killed
            left[0] -= 1
            return real(answering, size)

        sweeping._batch = mortal
        try:
            # What is rolled back here is what the server rolls back when the connection is gone.
            sweeping.sweep(now=self.now, limit=limit)
        except Killed:
            db.forget_scope()
        finally:
            sweeping._batch = real

    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        # Seldom, or there would be little to see.
        if pick < 6:
            outcome = self.attempt(
                lambda: cancel_run(
                    hotel_id=self.house.pk, run_id=self.run_id, reason="不来了", actor=SYSTEM, now=self.now
                )
            )
            assert outcome == ("RunEnded" if self.over else "ok")

    # ------------------------------------------------------------ what must hold after every step

    @invariant()
    def every_promise_is_there_once_and_owned(self) -> None:
        if not self.run_id:
            return
        db.enter_scope("*", "*")
        run = Run.objects.get(pk=self.run_id)
        tasks = list(Task.objects.filter(run_id=self.run_id).select_related("department"))
        names = [_name(task) for task in tasks]
        # Neither lost nor doubled.
        assert sorted(names) == sorted(self.asked)
        self.over = run.status != "live"
        wanted = BASE | OF_LEVEL[self.level]
        for task in tasks:
            assert task.department.hotel_id == self.house.pk
            is_unended = task.state in UNENDED
            assert not (self.over and is_unended), _name(task)
            if not self.over:
                # Dropped if and only if it is not asked for; a task that was done stays done.
                dropped = task.state == "dropped"
                assert dropped <= (_name(task).split("#")[0] not in wanted), _name(task)
                assert is_unended <= (_name(task).split("#")[0] in wanted), _name(task)
            assert (task.due_at is not None) or task.state != "open"
            self._ladder_is_whole(task)

    def _ladder_is_whole(self, task: Task) -> None:
        if task.state == "open":
            left = task.rung < len(task.rungs_after)
            expected = task.due_at + timedelta(seconds=task.rungs_after[task.rung]) if left else None
            assert task.next_at == expected, _name(task)
        else:
            assert task.next_at is None, _name(task)

    @invariant()
    def every_step_was_taken_once_in_order_and_never_early(self) -> None:
        last: dict[tuple[int, int], int] = {}
        steps = list(Escalation.objects.filter(task__run_id=self.run_id).select_related("task").order_by("id"))
        for step in steps:
            key = (step.task_id, step.round)
            assert step.rung == last.get(key, 0) + 1, key
            last[key] = step.rung
            assert step.at >= step.due_at + timedelta(seconds=step.task.rungs_after[step.rung - 1])
        for task in Task.objects.filter(run_id=self.run_id, state__in=UNENDED):
            assert task.rung == last.get((task.pk, task.round), 0), _name(task)
        # Each told somebody.
        assert Notice.objects.filter(task__run_id=self.run_id, kind="late").count() == len(steps)


def _name(task: Task) -> str:
    name = task.key + (f"/{task.branch}" if task.branch else "")
    return name + (f"#{task.occurrence}" if task.occurrence > 1 else "")


def _fitting(task: Task) -> list[ProofInput]:
    """Everything but a photo; the lines of the checklist only where there is one."""
    return [proof for proof in PROOFS if not proof.item or task.key == "repaired"]
