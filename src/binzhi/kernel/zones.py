"""Times typed on a place's own clocks."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput


def typed_instant(text: str, zone: ZoneInfo, *, field: str = "at") -> datetime:
    """What a `datetime-local` field says, in UTC: spans counted from it are spans, whatever the clocks do in between.

    Of an hour that comes twice, the first. Raises InvalidInput at `field` for what is no time, or one that the clocks
    pass over when they are put forward.
    """
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=None)
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        shown = instant.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(field=field, message=_("A day and a time are expected here.")) from error
    if shown != local:
        raise InvalidInput(field=field, message=_("The clocks are put forward then: this time does not exist."))
    return instant
