"""What higher contexts show on the guest's page: stays, preferences, promises. They register, this context draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from binzhi.guests.queries import GuestCard
from binzhi.people.web import StaffRequest


@dataclass(frozen=True, slots=True)
class GuestSection:
    """A part of the guest's page: its template and what the template needs. `aside` puts it into the narrow column."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    aside: bool = False


Provider = Callable[[StaffRequest, GuestCard], GuestSection | None]
_providers: list[tuple[int, Provider]] = []


def register_guest_section(provider: Provider, *, order: int = 50) -> None:
    """Add a provider, from AppConfig.ready. It checks rights itself and gives None where it has nothing to show."""
    _providers.append((order, provider))
    _providers.sort(key=lambda entry: entry[0])


def sections_for(request: StaffRequest, card: GuestCard) -> list[GuestSection]:
    """The sections of this guest for this actor, in order."""
    found = (provider(request, card) for _order, provider in _providers)
    return [section for section in found if section is not None]
