"""Words of a choice with a drawing are words at once: made when a module is loaded, they stay in one language."""

from __future__ import annotations

from django import forms
from django.urls import get_resolver
from django.utils.choices import BaseChoiceIterator

from binzhi.kernel.ui.fields import Choice


def all_forms() -> list[type[forms.BaseForm]]:
    found: list[type[forms.BaseForm]] = []
    waiting: list[type[forms.BaseForm]] = [forms.BaseForm]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("binzhi."):
                found.append(kind)
    return found


def frozen(field: forms.Field) -> bool:
    """Whether some of its choices were put into words for good."""
    choices = getattr(field, "choices", ())
    return not isinstance(choices, BaseChoiceIterator) and any(isinstance(label, Choice) for _value, label in choices)


def test_no_form_froze_the_words_of_its_choices_when_it_was_loaded() -> None:
    assert get_resolver().url_patterns
    kinds = all_forms()
    assert len(kinds) > 50
    assert not [
        f"{kind.__module__}.{kind.__name__}.{name}"
        for kind in kinds
        for name, field in getattr(kind, "base_fields", {}).items()
        if frozen(field)
    ]


def test_control_a_frozen_choice_is_found() -> None:
    assert frozen(forms.ChoiceField(choices=[("a", Choice("Alpha", icon="bag"))]))
    assert not frozen(forms.ChoiceField(choices=lambda: [("a", Choice("Alpha", icon="bag"))]))
