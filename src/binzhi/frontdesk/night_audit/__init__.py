"""The night audit (夜审): closes a hotel day exactly once. It posts; it never turns an in-house room over."""

from binzhi.frontdesk.night_audit.queries import Preview, preview, preview_out
from binzhi.frontdesk.night_audit.services import AuditResult, run_night_audit

__all__ = ["AuditResult", "Preview", "preview", "preview_out", "run_night_audit"]
