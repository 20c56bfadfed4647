"""A button that may meet a company's limit: refused, the page comes back and asks whoever may go over it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpResponse

from binzhi.billing.access import Permission
from binzhi.billing.errors import CreditLimitExceeded
from binzhi.people.web import StaffRequest, hotel_of
from binzhi.people.web.posting import press

ASKED = "over-limit"


def asked_to_exceed(request: StaffRequest) -> bool:
    """Whether the page is drawn after such a refusal, for somebody who may go over it."""
    return ASKED in request.GET and request.actor.may(Permission.EXCEED_CREDIT, hotel_of(request).pk)


def press_within_credit(request: StaffRequest, work: Callable[[], object], *, done: str, back: str) -> HttpResponse:
    """As `press`; above a company's limit it goes back to a page that asks (see `asked_to_exceed`)."""
    met: list[CreditLimitExceeded] = []

    def watched() -> object:
        try:
            return work()
        except CreditLimitExceeded as refusal:
            met.append(refusal)
            raise

    answer = press(request, watched, done=done, back=back)
    if met and answer.status_code in (301, 302):
        parts = urlsplit(back)
        answer["Location"] = urlunsplit(parts._replace(query=ASKED))
    return answer
