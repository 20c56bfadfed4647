"""`migrate`, without drawing the whole house anew at every step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState

Key = tuple[str, str]


class Command(migrate.Command):
    """Django's own. While it runs, a changed model is rendered anew with those that point to it, and no others.

    Django renders everything that is related over any number of steps, so that code of a migration could walk from
    model to model. Here every table is related to the hotel and so to every other, which made a new database cost
    five times as much; and migrations of this house run SQL, none walks models. A drill compares the tables that both
    ways make (tests/ground/test_migrating.py).
    """

    def handle(self, *args: Any, **options: Any) -> Any:
        with near_only():
            return super().handle(*args, **options)


@contextmanager
def near_only() -> Iterator[None]:
    """Render only what points to a changed model."""
    state: Any = ProjectState
    everything = state._find_reload_model

    def pointing(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[Key]:
        found: set[Key] = {(app_label, model_name)}
        try:
            before = self.apps.get_model(app_label, model_name)
        except LookupError:
            return found
        return found | {
            (field.model._meta.app_label, field.model._meta.model_name) for field in before._meta._relation_tree
        }

    state._find_reload_model = pointing
    try:
        yield
    finally:
        state._find_reload_model = everything
