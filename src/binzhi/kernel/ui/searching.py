"""What is searched for never stands in an address: not in logs, not in the browser's history, not in a shared link.

A search form posts to `?find` of its own list. The words travel in the body; the list answers under an address in which
they stand sealed (`?q=~…`), so that a list can still be kept, shared with a colleague and reloaded. Filters that say
nothing about a person stay readable.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, MutableMapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from binzhi.kernel import crypto
from binzhi.kernel.crypto import KeyMissing
from binzhi.kernel.ui.htmx import wants_part

FIND = "find"
WORDS = "q"
MARK = "~"
LONGEST = 200
_PLACE = "search words"
_NOT_FILTERS = frozenset({FIND, "csrfmiddlewaretoken"})


def sealed_words(text: str) -> str:
    """The words as they may stand in an address."""
    return MARK + base64.urlsafe_b64encode(crypto.seal(text[:LONGEST], place=_PLACE)).decode().rstrip("=")


def opened_words(value: str) -> str:
    """The words of a sealed value; nothing where it does not open (cut off, or its key is gone)."""
    body = value.removeprefix(MARK)
    try:
        return crypto.open_sealed(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), place=_PLACE)
    except (binascii.Error, ValueError, KeyMissing):
        return ""


class SearchQuery(QueryDict):
    """Reads `q` in clear and writes it sealed, so that no link of the page carries the words on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sealed: dict[str, str] = {}

    def __deepcopy__(self, memo: MutableMapping[int, Any]) -> SearchQuery:
        made = super().__deepcopy__(memo)
        made.sealed = dict(self.sealed)
        return made

    def urlencode(self, safe: str | None = None) -> str:
        written = QueryDict(mutable=True)
        for name, values in self.lists():
            written.setlist(name, [self._written(name, str(value)) for value in values])
        return written.urlencode(safe)

    def _written(self, name: str, value: str) -> str:
        if name != WORDS or not value:
            return value
        # The same text keeps its seal: a page that looks again and again does not change by itself.
        return self.sealed.setdefault(value, sealed_words(value))


class SearchMiddleware:
    """Turns a search that was posted into the page it asks for, and opens sealed words before a view reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = request.META.get("QUERY_STRING", "")
        if request.method == "POST" and FIND in address.split("&"):
            return self._posted(request)
        if f"{WORDS}=" in address:
            request.GET = _opened(request.GET)  # type: ignore[assignment]  # a QueryDict that seals
        return self.get_response(request)

    def _posted(self, request: HttpRequest) -> HttpResponse:
        asked = SearchQuery(mutable=True)
        for source in (request.GET, request.POST):
            for name, values in source.lists():
                if name not in _NOT_FILTERS and any(values):
                    asked.setlist(name, values)
        address = asked.urlencode()
        if not wants_part(request):
            return HttpResponseRedirect(f"{request.path}?{address}" if address else request.path)
        # A search reads: what follows sees the GET that it is.
        request.method = request.META["REQUEST_METHOD"] = "GET"
        request.META["QUERY_STRING"] = address
        request.GET = asked  # type: ignore[assignment]
        return self.get_response(request)


def _opened(given: QueryDict) -> SearchQuery:
    found = SearchQuery(mutable=True)
    for name, values in given.lists():
        if name != WORDS:
            found.setlist(name, values)
            continue
        words = [opened_words(value) if value.startswith(MARK) else value for value in values]
        found.setlist(name, words)
        found.sealed = {word: value for word, value in zip(words, values, strict=True) if value.startswith(MARK)}
    return found
