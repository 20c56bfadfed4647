"""The hotel's protocols: the list, the editor with every mistake at its line, versions, text in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.kernel.errors import DomainError, EditConflict, InvalidInput, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, status_of
from binzhi.promises.access import Permission
from binzhi.promises.errors import ProtocolInvalid
from binzhi.promises.protocols.known import problems_in_house
from binzhi.promises.protocols.language import ProtocolSpec
from binzhi.promises.protocols.problems import Problem
from binzhi.promises.protocols.reader import read
from binzhi.promises.protocols.values import warnings_in_house
from binzhi.promises.queries.protocols import protocols_of, source_of, versions_of
from binzhi.promises.services.protocols import house_of, save_protocol, set_protocol_active

PAGE, CHECK = "promises/protocol.html", "promises/protocol_check.html"
# As the reader allows; more is not even looked at.
MOST_BYTES = 200_000
NEW = "new"
BLANK = """protocol: my-protocol
name: 新规程
name_en: New protocol
subject: visit
anchors:
  arrival: {name: 抵店, name_en: Arrival}
ladder:
  - {after: 0min, to: "@person"}
  - {after: 5min, to: "@manager"}
tasks:
  - key: first-task
    clause: "1"
    name: 第一项任务
    name_en: First task
    department: front-office
    due: arrival - 1h
    evidence: [tick]
"""


@require_GET
@screen(Permission.VIEW)
def protocol_list(request: StaffRequest) -> HttpResponse:
    hotel = hotel_of(request)
    context = {
        "protocols": protocols_of(hotel.pk),
        "may_edit": request.actor.may(Permission.EDIT_PROTOCOLS, hotel.pk),
    }
    return render_screen(request, "promises/protocols.html", context)


@require_http_methods(["GET", "POST"])
@screen(Permission.VIEW)
def editor(request: StaffRequest, code: str) -> HttpResponse:
    """The text of a protocol; a POST makes it the version new runs follow."""
    if request.method == "POST":
        request.actor.require(Permission.EDIT_PROTOCOLS, hotel_of(request).pk)
        return _save(request, code)
    return render_screen(request, PAGE, editor_context(request, code))


def editor_context(request: StaffRequest, code: str, *, source: str | None = None) -> dict[str, Any]:
    """The editor with a text: the one given, else the version the address names, else the current one."""
    hotel = hotel_of(request)
    number = request.GET.get("version", "")
    wanted = int(number) if number.isdecimal() and len(number) < 6 else None
    kept = None if code == NEW else source_of(hotel_id=hotel.pk, code=code)
    if source is None:
        source = BLANK if kept is None else kept.source
        if kept is not None and wanted not in (None, kept.number):
            source = source_of(hotel_id=hotel.pk, code=code, number=wanted).source
    spec, problems = checked(source, hotel_id=hotel.pk)
    return {
        "code": code,
        "is_new": kept is None,
        "source": source,
        "number": kept.number if kept is not None else 0,
        "shown": wanted if wanted is not None and kept is not None and wanted != kept.number else None,
        "is_active": kept.is_active if kept is not None else True,
        "versions": [] if kept is None else versions_of(hotel_id=hotel.pk, code=code),
        "may_edit": request.actor.may(Permission.EDIT_PROTOCOLS, hotel.pk),
        "spec": spec,
        "problems": problems,
        "warnings": warnings_in_house(spec, hotel.pk) if spec is not None else [],
        "gaps": gaps_of(spec),
    }


def checked(source: str, *, hotel_id: int) -> tuple[ProtocolSpec | None, Sequence[Problem]]:
    """What a text says, if it can be read, and all that is wrong with it here."""
    try:
        spec = read(source)
    except ProtocolInvalid as refusal:
        return None, refusal.problems
    return spec, problems_in_house(spec, *house_of(hotel_id))


def gaps_of(spec: ProtocolSpec | None) -> list[tuple[Any, str]]:
    """Where the source is silent: the gap, and the name of its task."""
    if spec is None:
        return []
    return [(gap, spec.by_key[gap.task].title if gap.task in spec.by_key else gap.task) for gap in spec.gaps]


@require_POST
@screen(Permission.VIEW)
def check(request: StaffRequest) -> HttpResponse:
    """All mistakes of a text while it is being written; nothing is kept."""
    hotel = hotel_of(request)
    spec, problems = checked(request.POST.get("source", "")[: MOST_BYTES + 1], hotel_id=hotel.pk)
    warnings = warnings_in_house(spec, hotel.pk) if spec is not None else []
    context = {"spec": spec, "problems": problems, "warnings": warnings, "gaps": gaps_of(spec)}
    return render_screen(request, CHECK, context, part=CHECK)


def _save(request: StaffRequest, code: str) -> HttpResponse:
    hotel = hotel_of(request)
    try:
        source = _given(request)
    except InvalidInput as refusal:
        context = editor_context(request, code) | {"refusal": refusal}
        return render_screen(request, PAGE, context, part=PAGE, status=status_of(refusal))
    if request.POST.get("what") == "read":
        # A file that was chosen stands in the editor first; it is saved when it was looked at.
        return render_screen(request, PAGE, editor_context(request, code, source=source))
    number = request.POST.get("number", "")
    saved: list[Any] = []

    def work() -> None:
        saved.append(save_protocol(
            source=source, note=request.POST.get("note", ""),
            expected_number=int(number) if code != NEW and number.isdecimal() else None, **common(request),
        ))  # fmt: skip

    try:
        once(request, work)
    except NotFound:
        raise
    except DomainError as refusal:
        context = editor_context(request, code, source=source)
        context |= {"refusal": refusal, "note": request.POST.get("note", "")}
        if isinstance(refusal, EditConflict):
            context["number"] = number
        return render_screen(request, PAGE, context, status=status_of(refusal))
    spec = read(source)
    if saved:
        toast(request, _("Version %(n)s of “%(name)s” is what new runs follow") % {
            "n": saved[0].number, "name": spec.name})  # fmt: skip
    return go(request, reverse("promises:protocol", args=[hotel.code, spec.code]))


def _given(request: StaffRequest) -> str:
    """The text as it was typed, or of the file that was chosen. Raises InvalidInput."""
    file = request.FILES.get("file")
    if file is None or request.POST.get("what") != "read":
        return request.POST.get("source", "")
    if (file.size or 0) > MOST_BYTES:
        raise InvalidInput(field="file", message=gettext_lazy("This file is too large for a protocol."))
    try:
        return str(file.read(), "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(field="file", message=gettext_lazy("This file is no text in UTF-8.")) from error


@require_GET
@screen(Permission.VIEW)
def export(request: StaffRequest, code: str) -> HttpResponse:
    """The text as a file, to be kept or taken to another hotel."""
    hotel = hotel_of(request)
    found = source_of(hotel_id=hotel.pk, code=code)
    name = f"{code}-{found.number}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(found.source, content_type="application/yaml; charset=utf-8", headers=headers)


@require_POST
@screen(Permission.EDIT_PROTOCOLS)
def switch(request: StaffRequest, code: str) -> HttpResponse:
    """On or off: off, nothing new begins by it."""
    hotel = hotel_of(request)
    active = (request.POST.get("active") or request.GET.get("active", "")) == "1"
    once(request, lambda: set_protocol_active(code=code, active=active, **common(request)))
    undo = f"{reverse('promises:switch_protocol', args=[hotel.code, code])}?active={'0' if active else '1'}"
    words = _("“%(code)s” is on") if active else _("“%(code)s” is off: nothing new begins by it")
    toast(request, words % {"code": code}, undo_url=undo)
    return go(request, reverse("promises:protocols", args=[hotel.code]))
