"""Protocols, runs of them, and the tasks a run gives. Changed by this context's services only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from binzhi.guests.models import Guest
from binzhi.people.models import Department, Staff, User
from binzhi.promises.enums import Evidence as EvidenceKind
from binzhi.promises.enums import NoticeKind, RunStatus, TaskState
from binzhi.property.models import Hotel, Room


class Protocol(models.Model):
    """A rule of the house that gives departments tasks: plain data, in versions. `subject`: what it is laid over
    (`visit`, `stay`, `room`, `request` ...)."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, db_default="")
    subject = models.CharField(max_length=20)
    version = models.ForeignKey(
        "ProtocolVersion", on_delete=models.PROTECT, null=True, related_name="+", help_text="the one new runs follow"
    )
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="protocol_code")]


class ProtocolVersion(models.Model):
    """One text of a protocol, never changed: a run follows the version it was started with."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    source = models.TextField(help_text="YAML")
    note = models.CharField(max_length=200, db_default="")
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["protocol", "number"], name="protocol_version_number")]


class Run(models.Model):
    """A protocol laid over one subject. `occasion` makes starting it twice impossible (an event's id, a date).

    `facts` is what conditions ask (level, room type, nights ...): codes and numbers. `label` says on a board what it is
    about (room and surname).
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    occasion = models.CharField(max_length=60, db_default="")
    label = models.CharField(max_length=80, db_default="")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    host_department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    facts = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.LIVE)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    row_version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "subject", "subject_id", "occasion"], name="run_once"),
            models.CheckConstraint(
                condition=Q(status="live", ended_at=None) | (~Q(status="live") & Q(ended_at__isnull=False)),
                name="run_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["hotel", "subject", "subject_id"], name="run_of_subject"),
            models.Index(fields=["hotel", "started_at"], condition=Q(status="live"), name="run_live"),
            models.Index(fields=["guest"], condition=Q(guest__isnull=False), name="run_of_guest"),
        ]


class Anchor(models.Model):
    """A moment of a run that tasks are counted from; `at` is empty until it is known."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="anchors", db_index=False)
    name = models.SlugField(max_length=30, db_index=False)
    occurrence = models.SmallIntegerField(db_default=1, help_text="counts up each time a repeated event happens")
    at = models.DateTimeField(null=True)
    moves = models.SmallIntegerField(db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name", "occurrence"], name="anchor_once")]


class Task(models.Model):
    """One promise of one department. `key` and `clause` are the protocol's; `due_at` = anchor + `offset_seconds`.

    `next_at` is when the sweep must look again (due, or the next step of the ladder); `rung` how many steps it climbed
    since `due_at` was last set, which is `round`.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    key = models.SlugField(max_length=40, db_index=False)
    clause = models.CharField(max_length=20, db_default="")
    position = models.SmallIntegerField(db_default=0)
    occurrence = models.SmallIntegerField(db_default=1)
    branch = models.CharField(max_length=40, db_default="", help_text="the copy for one department or person")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    posts = ArrayField(models.SlugField(max_length=40), default=list, help_text="who may do it; empty: all of it")
    assignee = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    acknowledged_at = models.DateTimeField(null=True)
    anchor = models.SlugField(max_length=30, db_index=False)
    offset_seconds = models.IntegerField(db_default=0)
    due_at = models.DateTimeField(null=True)
    opens_at = models.DateTimeField(null=True)
    compressed = models.BooleanField(db_default=False)
    state = models.CharField(max_length=10, choices=TaskState, default=TaskState.WAITING)
    after = ArrayField(models.SlugField(max_length=40), default=list, help_text="keys that must be done before")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, db_default="", help_text="why it was waived")
    round = models.SmallIntegerField(db_default=1)
    rung = models.SmallIntegerField(db_default=0)
    rungs_after = ArrayField(models.IntegerField(), default=list, help_text="the ladder: seconds after it was due")
    rungs_to = ArrayField(
        models.SlugField(max_length=40), default=list, help_text="and who is told: post, @person, @manager"
    )
    next_at = models.DateTimeField(null=True)
    own = models.JSONField(null=True, help_text="its words, when no protocol has it")
    proofs_after = models.BigIntegerField(db_default=0, help_text="proofs up to this id count no more")
    row_version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "key", "occurrence", "branch"], name="task_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "open"], ended_at=None)
                | (~Q(state__in=["waiting", "open"]) & Q(ended_at__isnull=False)),
                name="task_ended",
            ),
            models.CheckConstraint(condition=~Q(state="open") | Q(due_at__isnull=False), name="open_task_is_due"),
            models.CheckConstraint(condition=Q(next_at=None) | Q(ended_at=None), name="only_open_tasks_are_swept"),
            models.CheckConstraint(condition=~Q(state="waived") | ~Q(reason=""), name="waived_with_reason"),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="task_swept"),
            models.Index(
                fields=["hotel", "department", "due_at"], condition=Q(state__in=["waiting", "open"]), name="task_board"
            ),
            models.Index(fields=["assignee", "due_at"], condition=Q(state__in=["waiting", "open"]), name="task_mine"),
        ]


class Proof(models.Model):
    """What somebody showed or signed for a task. Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="proofs")
    kind = models.CharField(max_length=16, choices=EvidenceKind)
    item = models.SlugField(max_length=40, db_index=False, db_default="", help_text="the line of the checklist")
    text = models.CharField(max_length=1000, db_default="")
    number = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    photo = models.ForeignKey("Photo", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()


class Photo(models.Model):
    """A picture made smaller and sealed: it may show a guest's things."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    sealed = models.BinaryField()
    width = models.SmallIntegerField()
    height = models.SmallIntegerField()
    made_at = models.DateTimeField(db_default=Now())


class Escalation(models.Model):
    """One step of the ladder, taken once: task, round, rung. Written once."""

    # The sweep writes these rows by the thousand: hotel and staff are read off the task and the roster in the same
    # statement, and looking each up again costs as much as writing it. That the tasks are there is asked once for all
    # rows of a statement (migration 0006), not row by row.
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="escalations", db_index=False, db_constraint=False
    )
    round = models.SmallIntegerField()
    rung = models.SmallIntegerField()
    to_post = models.SlugField(max_length=40, db_index=False)
    staff = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    due_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "round", "rung"], name="escalated_once")]


class Notice(models.Model):
    """Somebody (one of the staff, or all on duty of a department) is to know something about a task."""

    # Written by the thousand, too: a statement's rows are looked up together (migration 0006).
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="notices", db_constraint=False)
    kind = models.CharField(max_length=10, choices=NoticeKind)
    staff = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    text = models.CharField(max_length=200, db_default="")
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(staff__isnull=False) | Q(department__isnull=False), name="notice_has_somebody"
            )
        ]
        indexes = [
            models.Index(
                fields=["staff", "at"], condition=Q(seen_at=None) & Q(staff__isnull=False), name="notice_unseen"
            ),
            models.Index(
                fields=["department", "at"],
                condition=Q(seen_at=None) & Q(department__isnull=False),
                name="notice_unseen_of_department",
            ),
        ]


class LogEntry(models.Model):
    """A line of a department's log (部门日志). Written once."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["hotel", "department", "at"], name="department_log")]
