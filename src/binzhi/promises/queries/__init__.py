"""Boards, tasks, runs and figures of promises, read."""

from binzhi.promises.queries.cards import Card, Timing, board, my_tasks
from binzhi.promises.queries.compliance import ComplianceRow, PersonRow, compliance, compliance_by_person
from binzhi.promises.queries.lanes import Standing, standing
from binzhi.promises.queries.logs import LogRow, NoticeRow, department_log, unseen_notices
from binzhi.promises.queries.views import AnchorRow, ProofRow, RunView, StepRow, TaskView, run_view, task_view

__all__ = [
    "AnchorRow",
    "Card",
    "ComplianceRow",
    "LogRow",
    "NoticeRow",
    "PersonRow",
    "ProofRow",
    "RunView",
    "Standing",
    "StepRow",
    "TaskView",
    "Timing",
    "board",
    "compliance",
    "compliance_by_person",
    "department_log",
    "my_tasks",
    "run_view",
    "standing",
    "task_view",
    "unseen_notices",
]
