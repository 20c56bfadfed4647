"""The relationship with guests and organisations: how it stands, what binds it, who calls when and what came of it."""

from __future__ import annotations


def register() -> None:
    """Called once, when Django is ready: what is held of a guest, the parts of the guest's page, the line of time."""
    from binzhi.guests.relationship import holding, past
    from binzhi.guests.sections import register_guest_section
    from binzhi.guests.web.relationship import section

    holding.register()
    past.register()
    register_guest_section(section, order=60)
