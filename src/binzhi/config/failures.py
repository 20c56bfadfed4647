"""What is answered when nobody else had an answer: for people a page, for programs problem details."""

from __future__ import annotations

import logging
import sys

from django.http import HttpRequest, HttpResponse

from binzhi.api import problems
from binzhi.api.middleware import PATH
from binzhi.kernel import db
from binzhi.kernel.ui import views

_log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles what went wrong: 503 when the database is away, else 500."""
    programs, error = request.path.startswith(PATH), sys.exception()
    if error is None or not db.is_away(error):
        return problems.internal() if programs else views.server_error(request)
    # One line of ours in place of a stack trace per request for as long as it lasts.
    _log.warning("The database does not serve: %s", db.told(error))
    response = problems.unavailable() if programs else views.unavailable(request)
    response._has_been_logged = True  # type: ignore[attr-defined]  # how Django's own log is told
    return response
