"""What is typed freely is kept as it was typed; whoever typed it is told which words to think about, and why."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from binzhi.guests.privacy.words import cautions_of
from binzhi.kernel.ui.htmx import toast

MOST = 3


def warn_of(request: HttpRequest, *texts: object) -> None:
    """Say which words of texts that were just kept should be thought about; what is no text is passed over."""
    typed = [text for text in texts if isinstance(text, str)]
    for caution in [one for text in typed for one in cautions_of(text)][:MOST]:
        said = _("Please think about “%(word)s”: %(why)s.") % {"word": caution.word, "why": caution.why}
        toast(request, said, state="late")
