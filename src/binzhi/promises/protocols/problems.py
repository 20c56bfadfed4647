"""What can be wrong with a protocol's text: each mistake with its place and a sentence for the one who wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    # The text as such.
    "too_large": _("The text is too large: at most %(limit)s kB."),
    "character": _("A character that cannot be shown: %(character)s."),
    "empty_text": _("There is no protocol in this text."),
    "tab": _("A tab indents this line: use spaces."),
    "colon": _("A colon too many: put the text into quotation marks."),
    "open_quote": _("A quotation mark or bracket is opened and not closed."),
    "indent": _("The indentation does not fit the lines above."),
    "syntax": _("This cannot be read as YAML: check indentation, colons and quotation marks."),
    "documents": _("One protocol in one text: “---” begins another."),
    "alias": _("References (& and *) are not allowed: write it out."),
    "tag": _("Type marks (!) are not allowed."),
    "depth": _("This is nested too deeply."),
    "duplicate": _("“%(name)s” is given twice; the first time in line %(first)s."),
    # Shape.
    "unknown_key": _("“%(name)s” is not known here."),
    "unknown_key_near": _("“%(name)s” is not known here. Is “%(near)s” meant?"),
    "missing": _("“%(name)s” is missing."),
    "no_map": _("Names with values are expected here."),
    "no_list": _("A list is expected here."),
    "no_text": _("A text is expected here."),
    "no_number": _("A whole number is expected here."),
    "no_flag": _("Yes or no is expected here: “true” or “false”."),
    "empty": _("This must not be empty."),
    "too_long": _("At most %(limit)s characters; this has %(length)s."),
    "range": _("From %(least)s to %(most)s."),
    "code": _("A short name of small letters, digits and hyphens is expected; this is “%(value)s”."),
    "too_many": _("At most %(limit)s; these are %(count)s."),
    "evidence": _("“%(value)s” is no kind of evidence. Known are: %(known)s."),
    "evidence_near": _("“%(value)s” is no kind of evidence. Is “%(near)s” meant?"),
    "anchor_name": _("A short name of small letters, digits and _ is expected; this is “%(value)s”."),
    # Times.
    "duration": _("A time like “20min”, “5h” or “1d” is expected; this is “%(value)s”."),
    "due": _("A moment like “arrival - 5h” or “departure + 30min” is expected; this is “%(value)s”."),
    "topic": _("Something that happens, like “stay.checked_in”, is expected; this is “%(value)s”."),
    "no_anchor": _("“%(value)s” does not say before or after what."),
    "unknown_anchor": _("There is no moment “%(value)s” in “anchors”."),
    "unknown_anchor_near": _("There is no moment “%(value)s” in “anchors”. Is “%(near)s” meant?"),
    "before_event": _("“%(value)s” is an event: nothing can be due before it happens."),
    # What belongs together.
    "task_twice": _("The task “%(value)s” is there twice; the first time in line %(first)s."),
    "key_twice": _("“%(value)s” is there twice."),
    "unknown_task": _("There is no task “%(value)s”."),
    "unknown_task_near": _("There is no task “%(value)s”. Is “%(near)s” meant?"),
    "loop": _("These tasks wait for each other: %(loop)s."),
    "ladder": _("Each step must come later than the one before."),
    "each_of_none": _("“@each” needs the list “departments”."),
    "post_missing": _("A countersignature needs the post that gives it."),
    "post_unasked": _("Only a countersignature is given by another post."),
    "evidence_twice": _("The same evidence is asked for twice."),
    "test": _("A value, a list of values, or “least” and “most” is expected here."),
    "rule_empty": _("The rule asks for nothing: give “grade” or “months”."),
    # Against the house.
    "unknown_topic": _("“%(value)s” is nothing that happens in this house."),
    "unknown_topic_near": _("“%(value)s” is nothing that happens in this house. Is “%(near)s” meant?"),
    "unknown_department": _("This hotel has no department “%(value)s”."),
    "unknown_department_near": _("This hotel has no department “%(value)s”. Is “%(near)s” meant?"),
    "unknown_post": _("This hotel has no post “%(value)s”."),
    "unknown_post_near": _("This hotel has no post “%(value)s”. Is “%(near)s” meant?"),
    # What can be kept, but holds for nobody.
    "unknown_value": _("This hotel has no “%(value)s”: the condition holds for nobody."),
    "unknown_value_near": _("This hotel has no “%(value)s”: the condition holds for nobody. Is “%(near)s” meant?"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` and `column` count from 1; `where` is the way there (`tasks.tea.due`)."""

    line: int
    column: int
    where: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in the active language."""
        return str(SENTENCES[self.code]) % self.params

    def __str__(self) -> str:
        return self.text
