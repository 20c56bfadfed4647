"""Privacy: consents by purpose, looks into files, how long data stays, what a guest may ask for."""

from __future__ import annotations


def register() -> None:
    """Called once, when Django is ready: the clock's classes, what is held of a guest, parts of the guest's page."""
    from binzhi.guests.privacy import holding, retention
    from binzhi.guests.sections import register_guest_section
    from binzhi.guests.web.privacy import section

    holding.register()
    retention.register()
    register_guest_section(section, order=70)
