"""An account is a guest or an organisation; the one place that checks that it is there and of this group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Exactly one of both. Raises InvalidInput for none and for two."""

    guest_id: int | None = None
    organisation_id: int | None = None

    def __post_init__(self) -> None:
        if (self.guest_id is None) == (self.organisation_id is None):
            raise InvalidInput(field="guest_id")

    @property
    def subject(self) -> str:
        return "guest" if self.guest_id is not None else "organisation"

    @property
    def subject_id(self) -> int:
        found = self.guest_id if self.guest_id is not None else self.organisation_id
        assert found is not None
        return found

    @property
    def columns(self) -> list[Any]:
        return [self.guest_id, self.organisation_id]


def lock_account(*, group_id: int, account: Account) -> None:
    """Lock its row, so that what hangs on it is written in turn. Raises NotFound."""
    table = "guests_guest" if account.guest_id is not None else "guests_organisation"
    found = db.fetch_value(
        f"SELECT id FROM {table} WHERE group_id = %s AND id = %s FOR NO KEY UPDATE",  # noqa: S608  (constants)
        [group_id, account.subject_id],
    )
    if found is None:
        raise NotFound
