"""Everything that changes one's own account and the roster."""

from binzhi.people.services.absences import AbsenceInput, end_absence, note_absence
from binzhi.people.services.account import choose_language, issue_token, revoke_token
from binzhi.people.services.rules import ShiftInput, set_deputies, set_shift
from binzhi.people.services.weeks import DutyInput, copy_week, put_on_duty, take_off_duty

__all__ = [
    "AbsenceInput",
    "DutyInput",
    "ShiftInput",
    "choose_language",
    "copy_week",
    "end_absence",
    "issue_token",
    "note_absence",
    "put_on_duty",
    "revoke_token",
    "set_deputies",
    "set_shift",
    "take_off_duty",
]
