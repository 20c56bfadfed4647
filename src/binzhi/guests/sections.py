"""What higher contexts show on the guest's page: stays, preferences, promises. They register, this context draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from binzhi.guests.queries import GuestCard
from binzhi.people.web import StaffRequest


@dataclass(frozen=True, slots=True)
class GuestSection:
    """A part of the guest's page: its template and what the template needs.

    `place`: "head" (a card of the row read in the first five seconds), "main", or "aside" (the narrow column), which
    `aside` says too. Empty: the place it was registered for.
    """

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    aside: bool = False
    place: str = ""


Provider = Callable[[StaffRequest, GuestCard], GuestSection | None]
_providers: list[tuple[int, str, Provider]] = []


def register_guest_section(provider: Provider, *, order: int = 50, place: str = "main") -> None:
    """Add a provider, from AppConfig.ready. It checks rights itself and gives None where it has nothing to show."""
    _providers.append((order, place, provider))
    _providers.sort(key=lambda entry: entry[0])


def sections_for(request: StaffRequest, card: GuestCard) -> list[GuestSection]:
    """The sections of this guest for this actor, in order, each with its place."""
    found = ((place, provider(request, card)) for _order, place, provider in _providers)
    return [
        replace(section, place=section.place or ("aside" if section.aside else place))
        for place, section in found
        if section is not None
    ]
