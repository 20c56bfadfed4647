"""A form before an operation: it reads types and keeps what was typed; rules live in the operation."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from binzhi.kernel.errors import DomainError


class OperationForm(forms.Form):
    """Takes a refusal beside its field; `aliases` are names an operation uses for the same thing."""

    aliases: Mapping[str, str] = {}

    def refuse(self, refusal: DomainError, *, field: str | None = None) -> None:
        """Say a refusal at its field, or at `field`; what has none on this form stands above all of them."""
        name = refusal.field if field is None else field
        name = self.aliases.get(name, name)
        self.add_error(name if name in self.fields else None, refusal.text)
