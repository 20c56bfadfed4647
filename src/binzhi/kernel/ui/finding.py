"""One box that finds everything: each context adds a provider, the commands of the house are built in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.search import name_keys
from binzhi.kernel.ui.nav import sections_for

QUERY_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the result. `detail` holds masked values only."""

    title: str
    url: str
    icon: str = "chevron-right"
    detail: str = ""
    tail: str = ""
    spoken: str = ""
    vip: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    hits: tuple[Hit, ...]


Provider = Callable[[HttpRequest, str], Iterable[Hit]]
_providers: list[tuple[int, str | Promise, Provider]] = []


def register_search(label: str | Promise, provider: Provider, *, order: int = 50) -> None:
    """Add a provider, called with the request and the cleaned query; it checks rights itself and returns few hits."""
    _providers.append((order, label, provider))
    _providers.sort(key=lambda entry: entry[0])


def find(request: HttpRequest, query: str) -> list[Group]:
    """The groups that have a hit. An empty query lists the commands only."""
    query = query.strip()[:QUERY_LIMIT]
    groups = []
    if query:
        for _order, label, provider in _providers:
            hits = tuple(provider(request, query))
            if hits:
                groups.append(Group(label, hits))
    commands = tuple(_commands(request, query))
    if commands:
        groups.append(Group(_("Commands"), commands))
    return groups


def _commands(request: HttpRequest, query: str) -> Iterable[Hit]:
    wanted = query.lower().replace(" ", "")
    for section in sections_for(request):
        for link in section.links:
            label = str(link.label)
            keys = name_keys(label)
            found_by = (keys.plain, keys.pinyin, keys.initials, link.key.lower())
            if not wanted or any(wanted in key for key in found_by if key):
                yield Hit(title=label, url=link.url, icon=link.icon, key=link.key)
