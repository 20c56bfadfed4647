"""What one colleague has to do: the list in one's hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel import clock
from binzhi.kernel.ui.boards import is_known, version_of
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, press
from binzhi.promises import who
from binzhi.promises.access import Permission
from binzhi.promises.enums import NoticeKind
from binzhi.promises.queries import Card, Timing, my_tasks, unseen_notices
from binzhi.promises.queries.signing import to_countersign
from binzhi.promises.services.notices import see_notices
from binzhi.promises.web.parts import strips_for
from binzhi.promises.web.wording import Line, lines

PAGE, PART = "promises/mine.html", "promises/mine_list.html"
SHOWN = 3
MOST_NOTICES = 200


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks under one heading."""

    key: str
    label: str
    icon: str
    lines: Sequence[Line]


@require_GET
@screen(Permission.VIEW)
def mine(request: StaffRequest) -> HttpResponse:
    context = _context(request)
    if is_known(request, context["version"]):
        return HttpResponse(status=204)
    return render_screen(request, PAGE, context, part=PART)


@require_POST
@screen(Permission.WORK)
def seen(request: StaffRequest) -> HttpResponse:
    """The notices that were on the list are read."""
    ids = [int(text) for text in request.POST.getlist("notice") if text.isdecimal() and int(text) < 2**63]
    back = reverse("promises:mine", args=[hotel_of(request).code])
    return press(
        request,
        lambda: see_notices(notice_ids=ids[:MOST_NOTICES], **common(request)),
        done=pgettext("notices", "Read"),
        back=back,
    )


def _context(request: StaffRequest) -> dict[str, Any]:
    hotel, now = hotel_of(request), clock.now()
    me = who.doer(request.actor, hotel_id=hotel.pk, at=now)
    if me is None:
        return {"groups": [], "version": ""}
    posts = who.posts_of(hotel.pk)
    own = my_tasks(hotel_id=hotel.pk, staff_id=me.staff_id, now=now)
    signing = to_countersign(hotel_id=hotel.pk, person=me, posts=posts, now=now)
    # What was given to one stands on the list itself.
    told = [one for one in unseen_notices(hotel_id=hotel.pk, staff_id=me.staff_id) if one.kind != NoticeKind.ASSIGNED]
    strips = strips_for(request)
    groups = _groups(lines(own, me=me, posts=posts), lines(signing, me=None, posts=posts))
    return {
        "groups": groups,
        "notices": told[:SHOWN],
        "more": told[SHOWN:],
        "total": len(own) + len(signing),
        "late": sum(card.timing == Timing.LATE for card in own),
        "soon": sum(card.timing == Timing.SOON for card in own),
        "strips": strips,
        "version": version_of(_seen(own), _seen(signing), [one.id for one in told], [one.version for one in strips]),
    }


def _groups(own: Sequence[Line], signing: Sequence[Line]) -> list[Group]:
    """Late, now, to sign, what nobody has, next: each only where there is something."""
    taken = [line for line in own if line.mine]
    groups = [
        Group("late", _("Late"), "alert", [line for line in own if line.card.timing == Timing.LATE]),
        Group("sign", _("For your signature"), "pencil", signing),
        Group("now", _("To do now"), "clock", [line for line in taken if line.card.timing == Timing.SOON]),
        Group(
            "free", _("Nobody has these yet"), "person-plus",
            [line for line in own if not line.mine and line.card.timing != Timing.LATE],
        ),
        Group("next", pgettext("tasks", "Next"), "hourglass", [
            line for line in taken if line.card.timing in (Timing.AHEAD, Timing.WAITING)
        ]),
    ]  # fmt: skip
    return [group for group in groups if group.lines]


def _seen(cards: Sequence[Card]) -> list[tuple[object, ...]]:
    """What shows; the clocks go on by themselves."""
    return [(card.id, card.version, card.timing, card.open_before) for card in cards]
