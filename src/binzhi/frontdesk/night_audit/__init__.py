"""The night audit (夜审): closes a hotel day exactly once. It posts; it never turns an in-house room over."""

from binzhi.frontdesk.night_audit.overdue import ask_recovery, overdue_days, recover
from binzhi.frontdesk.night_audit.progress import running
from binzhi.frontdesk.night_audit.queries import Preview, preview, preview_out
from binzhi.frontdesk.night_audit.services import AuditResult, run_night_audit

__all__ = [
    "AuditResult",
    "Preview",
    "ask_recovery",
    "overdue_days",
    "preview",
    "preview_out",
    "recover",
    "run_night_audit",
    "running",
]
