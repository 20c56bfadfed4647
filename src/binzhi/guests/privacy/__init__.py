"""Privacy: consents by purpose, looks into files, how long data stays, what a guest may ask for."""

from __future__ import annotations


def register() -> None:
    """Called once, when Django is ready: the clock's classes, what is held of a guest, the parts of the guest's page."""
    from binzhi.guests.privacy import holding, retention

    holding.register()
    retention.register()
