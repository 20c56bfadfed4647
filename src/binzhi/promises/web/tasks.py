"""One task: what is asked, what is there, and everything that can be done with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.duty import Holder, holders, on_duty
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, next_url, once, press, status_of
from binzhi.promises import who
from binzhi.promises.access import Permission
from binzhi.promises.enums import RunStatus, TaskState
from binzhi.promises.queries import Card, RunView, TaskView, run_view, task_view
from binzhi.promises.services import assigning, tasks
from binzhi.promises.web import wording
from binzhi.promises.web.evidence import Handed, given, proofs_of
from binzhi.promises.web.parts import parts_of_task
from binzhi.promises.who import Person, PostFacts
from binzhi.property.queries import HotelRef

PAGE, PART = "promises/task.html", "promises/task_form.html"


@require_GET
@screen(Permission.VIEW)
def task_screen(request: StaffRequest, task_id: int) -> HttpResponse:
    return render_screen(request, PAGE, _context(request, task_id), part=PART)


@dataclass(frozen=True, slots=True)
class Standing:
    """What this colleague may do with the task, and why not."""

    mine: bool
    refusal: str
    countersigns: bool


def _context(request: StaffRequest, task_id: int, *, handed: Handed | None = None) -> dict[str, Any]:
    hotel, now = hotel_of(request), clock.now()
    view = task_view(hotel_id=hotel.pk, task_id=task_id, now=now)
    run = run_view(hotel_id=hotel.pk, run_id=view.run_id, now=now)
    me = who.doer(request.actor, hotel_id=hotel.pk, at=now)
    posts = who.posts_of(hotel.pk)
    card = view.card
    unended = card.state in (TaskState.WAITING, TaskState.OPEN) and run.status == RunStatus.LIVE
    may = {right.name.lower(): request.actor.may(right, hotel.pk) for right in Permission}
    return {
        "view": view,
        "card": card,
        "run": run,
        "anchor": next((one for one in run.anchors if one.name == card.anchor and one.occurrence == card.occurrence),
                       None),
        "before": [one for one in run.tasks if one.key in card.open_before and one.state in ("waiting", "open")],
        "posts": [posts[code].label for code in card.posts if code in posts],
        "left": [posts[one.post].label if one.post in posts else one.post for one in view.countersignatures_left],
        "steps": [(step, wording.rung_text(step.to_post, posts)) for step in view.steps],
        "kinds": {one.kind.value: one for one in card.spec.evidence},
        "standing": _standing(view, run, me, posts, hotel=hotel, now=now),
        "unended": unended,
        "people": _people(card, run, posts, hotel=hotel, now=now) if unended and may["assign"] else [],
        "may": may,
        "handed": handed or Handed(),
        "parts": parts_of_task(request, card),
        "token": uuid.uuid4().hex,
        "back": reverse("promises:mine", args=[hotel.code]),
    }  # fmt: skip


def _standing(
    view: TaskView, run: RunView, me: Person | None, posts: dict[str, PostFacts], *, hotel: HotelRef, now: datetime
) -> Standing:
    card = view.card
    if me is None:
        return Standing(mine=False, refusal="", countersigns=bool(view.countersignatures_left))
    refusal = ""
    try:
        who.require_post(me, hotel_id=hotel.pk, wanted=card.posts, department=card.department, at=now)
        who.require_eligible(card.spec, run.facts, me)
    except DomainError as reason:
        refusal = reason.text
    countersigns = any(
        who.fits(
            post=me.post, grade=me.grade, department=me.department, wanted=[one.post],
            of=posts[one.post].department if one.post in posts else "", posts=posts,
        )
        for one in view.countersignatures_left
    )  # fmt: skip
    return Standing(mine=card.assignee_id == me.staff_id, refusal=refusal, countersigns=countersigns)


def _people(
    card: Card, run: RunView, posts: dict[str, PostFacts], *, hotel: HotelRef, now: datetime
) -> list[tuple[Holder, str, bool]]:
    """Who could be given it: with why not, and whether at work now."""
    wanted = card.posts or [code for code, post in posts.items() if post.department == card.department]
    today = hotel.local(now).date()
    working = {one.staff_id for one in on_duty(hotel_id=hotel.pk, at=now, department=card.department)}
    found = []
    for one in holders(hotel_id=hotel.pk, posts=wanted):
        why = who.why_ineligible(card.spec, run.facts, grade=one.grade, since=one.since, today=today)
        found.append((one, why.text if why else "", one.staff_id in working))
    return sorted(found, key=lambda entry: (bool(entry[1]), not entry[2]))


# ---------------------------------------------------------------- one press


def _title(request: StaffRequest, task_id: int) -> str:
    return task_view(hotel_id=hotel_of(request).pk, task_id=task_id, now=clock.now()).card.title


def _page(request: StaffRequest, task_id: int) -> str:
    return reverse("promises:task", args=[hotel_of(request).code, task_id])


@require_POST
@screen(Permission.WORK)
def acknowledge(request: StaffRequest, task_id: int) -> HttpResponse:
    """Seen, and taken where nobody has it yet."""
    return press(
        request, lambda: tasks.acknowledge_task(task_id=task_id, **common(request)),
        done=_("Yours: %(task)s") % {"task": _title(request, task_id)}, back=_page(request, task_id),
    )  # fmt: skip


@require_POST
@screen(Permission.WORK)
def sign(request: StaffRequest, task_id: int) -> HttpResponse:
    """Done or signed with one press, where nothing is to be filled in."""
    card = task_view(hotel_id=hotel_of(request).pk, task_id=task_id, now=clock.now()).card
    handed = Handed(signed=True)
    return press(
        request,
        lambda: tasks.complete_task(
            task_id=task_id, proofs=proofs_of(request, card.spec, handed), **common(request)
        ),
        done=_("Done: %(task)s") % {"task": card.title}, back=_page(request, task_id),
    )  # fmt: skip


@require_POST
@screen(Permission.WORK)
def countersign(request: StaffRequest, task_id: int) -> HttpResponse:
    return press(
        request, lambda: tasks.countersign_task(task_id=task_id, **common(request)),
        done=_("Signed: %(task)s") % {"task": _title(request, task_id)}, back=_page(request, task_id),
    )  # fmt: skip


# ---------------------------------------------------------------- the form


@require_POST
@screen(Permission.WORK)
def complete(request: StaffRequest, task_id: int) -> HttpResponse:
    """Hand in the evidence; refused, the form comes back as it was filled in, with the reason at its place."""
    hotel = hotel_of(request)
    card = task_view(hotel_id=hotel.pk, task_id=task_id, now=clock.now()).card
    handed = given(request, card.spec)
    waits: list[str] = []

    def work() -> None:
        result = tasks.complete_task(task_id=task_id, proofs=proofs_of(request, card.spec, handed), **common(request))
        waits.extend(result.waits_for)

    try:
        once(request, work)
    except NotFound:
        raise
    except DomainError as refusal:
        context = _context(request, task_id, handed=handed) | {"refusal": refusal}
        return render_screen(request, PAGE, context, part=PART, status=status_of(refusal))
    if waits:
        labels = [post.label for code, post in who.posts_of(hotel.pk).items() if code in waits]
        toast(request, _("Signed. It waits for: %(posts)s") % {"posts": ", ".join(labels)})
    else:
        undo = reverse("promises:reopen", args=[hotel.code, task_id])
        toast(request, _("Done: %(task)s") % {"task": card.title}, undo_url=undo)
    return go(request, next_url(request, reverse("promises:mine", args=[hotel.code])))


@require_POST
@screen(Permission.WAIVE)
def waive(request: StaffRequest, task_id: int) -> HttpResponse:
    """Let it go undone, with a reason."""
    reason = request.POST.get("reason", "")
    return _change(
        request, task_id, lambda: tasks.waive_task(task_id=task_id, reason=reason, **common(request)),
        _("Waived: %(task)s"),
    )  # fmt: skip


@require_POST
@screen(Permission.WORK)
def reopen(request: StaffRequest, task_id: int) -> HttpResponse:
    """Open it again; straight after it was done the reason is plain."""
    reason = request.POST.get("reason", "") or _("Taken back")
    return _change(
        request, task_id, lambda: tasks.reopen_task(task_id=task_id, reason=reason, **common(request)),
        _("Open again: %(task)s"),
    )  # fmt: skip


@require_POST
@screen(Permission.ASSIGN)
def assign(request: StaffRequest, task_id: int) -> HttpResponse:
    """Give it to somebody."""
    staff = request.POST.get("staff", "")
    if not staff.isdecimal() or int(staff) >= 2**63:
        return go(request, _page(request, task_id))
    return _change(
        request, task_id, lambda: assigning.assign_task(task_id=task_id, staff_id=int(staff), **common(request)),
        _("Given on: %(task)s"),
    )  # fmt: skip


def _change(request: StaffRequest, task_id: int, work: Any, words: str) -> HttpResponse:
    """A small form of the page: done, or the page with the reason."""
    title = _title(request, task_id)
    try:
        once(request, work)
    except NotFound:
        raise
    except DomainError as refusal:
        context = _context(request, task_id) | {"refusal": refusal}
        return render_screen(request, PAGE, context, part=PART, status=status_of(refusal))
    toast(request, words % {"task": title})
    return go(request, next_url(request, _page(request, task_id)))
