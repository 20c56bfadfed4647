"""Who acts: a signed-in employee, an API token or the system itself, with rights per hotel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from binzhi.kernel.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who performs an operation.

    `grants` maps a hotel's id to the permissions held there. A stranger has none, so every hotel is
    "not found" to him; a colleague without the right is refused.
    """

    user_id: int | None = None
    staff_id: int | None = None
    name: str = ""
    grants: Mapping[int, frozenset[str]] = field(default_factory=dict)
    group_ids: frozenset[int] = frozenset()
    token_id: int | None = None
    is_system: bool = False

    @classmethod
    def system(cls, name: str) -> Actor:
        """The system acting by itself (worker, import, night audit by the clock): may do everything."""
        return cls(name=name, is_system=True)

    def may(self, permission: str, hotel_id: int) -> bool:
        return self.is_system or permission in self.grants.get(hotel_id, frozenset())

    def require(self, permission: str, hotel_id: int) -> None:
        """Raise NotFound to a stranger of the hotel (its existence is not told) and Forbidden to a colleague."""
        if self.is_system:
            return
        held = self.grants.get(hotel_id)
        if held is None:
            raise NotFound
        if permission not in held:
            raise Forbidden(permission=permission)

    @property
    def hotel_scope(self) -> str:
        """The hotels this actor can reach, as the database's row-level security reads it."""
        return "*" if self.is_system else ",".join(str(key) for key in sorted(self.grants))

    @property
    def group_scope(self) -> str:
        return "*" if self.is_system else ",".join(str(key) for key in sorted(self.group_ids))


STRANGER = Actor()
