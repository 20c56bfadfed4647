"""Screens of files that may be one person's: the list, a pair side by side, joining, taking apart."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.guests.access import Permission
from binzhi.guests.duplicates import queries, services
from binzhi.guests.merging.fields import CHOSEN, FROM_MERGED, FROM_SURVIVOR
from binzhi.guests.merging.queries import current_file, merges_of
from binzhi.guests.merging.services import merge_guests, unmerge_guests
from binzhi.guests.queries import GuestCard
from binzhi.guests.sections import GuestSection, register_guest_section
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import toast
from binzhi.people.web import StaffRequest, hotel_of, screen

PAGE = 30


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of two files: what each has, and whether somebody must choose."""

    name: str
    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        return bool(self.first and self.second) and self.first != self.second

    @property
    def is_empty(self) -> bool:
        return not (self.first or self.second)


def compared(first: GuestCard, second: GuestCard) -> list[Compared]:
    """Masked: who joins files need not see the numbers."""

    def both(name: str, label: str, attribute: str) -> Compared:
        return Compared(name, label, str(getattr(first, attribute) or ""), str(getattr(second, attribute) or ""))

    return [row for row in (
        both("name", _("Name"), "name"), both("name_en", _("Name in Latin letters"), "name_en"),
        both("sex", _("Sex"), "sex_label"), both("birth_date", _("Born"), "birth_masked"),
        both("nationality", _("Nationality"), "nationality_label"), both("phone", _("Phone"), "phone_masked"),
        both("email", _("E-mail"), "email_masked"), both("organisation", _("Organisation"), "organisation"),
        both("member", _("Member number"), "member_no"), both("note", _("Note"), "note"),
    ) if not row.is_empty]  # fmt: skip


@screen(Permission.MERGE)
@require_GET
def listing(request: StaffRequest) -> HttpResponse:
    group_id = hotel_of(request).group_id
    given = request.GET.get("page", "1")
    page = min(max(int(given), 1), 1000) if given.isdecimal() and len(given) < 5 else 1
    pairs = queries.open_pairs(group_id=group_id, limit=PAGE + 1, offset=(page - 1) * PAGE)
    context = {
        "pairs": pairs[:PAGE], "count": queries.how_many_open(group_id=group_id), "page": page,
        "next_page": page + 1 if len(pairs) > PAGE else 0, "earlier_page": page - 1,
    }  # fmt: skip
    return render(request, "guests/duplicates.html", context)


@screen(Permission.MERGE)
@require_http_methods(["GET", "POST"])
def pair(request: StaffRequest, pair_id: int) -> HttpResponse:
    """GET shows both; POST joins them, says they are two people, or takes that back."""
    hotel = hotel_of(request)
    found = queries.pair_by_id(group_id=hotel.group_id, pair_id=pair_id)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            return _decide(request, found)
        except DomainError as refused:
            if refused.status == 404:
                raise
            refusal = refused
    standing = [current_file(group_id=hotel.group_id, guest_id=each.guest_id) for each in (found.first, found.second)]
    # The file with more of a past is the one that usually stays.
    first, second = found.first, found.second
    proposed = "first" if (first.stays, len(first.documents)) >= (second.stays, len(second.documents)) else "second"
    context = {
        "pair": found, "cards": (first, second), "rows": compared(first, second),
        "refusal": refusal, "proposed": proposed,
        "is_joined": standing != [first.guest_id, second.guest_id], "standing": standing[0],
    }  # fmt: skip
    return render(request, "guests/duplicate.html", context, status=refusal.status if refusal else 200)


def _decide(request: StaffRequest, found: queries.Pair) -> HttpResponse:
    hotel, now = hotel_of(request), clock.now()
    what = request.POST.get("what", "")
    if what != "same":
        services.decide_pair(hotel_id=hotel.pk, pair_id=found.pk, state=what, actor=request.actor, now=now)
        toast(request, _("Remembered: these are two people.") if what == "different" else _("It is open again."))
        return redirect("guests:duplicates", hotel.code)
    first_stays = request.POST.get("survivor") != "second"
    survivor, merged = (found.first, found.second) if first_stays else (found.second, found.first)
    stays = "first" if first_stays else "second"
    choices = {
        name: FROM_SURVIVOR if request.POST[name] == stays else FROM_MERGED
        for name in CHOSEN
        if request.POST.get(name) in ("first", "second")
    }
    merge_guests(
        hotel_id=hotel.pk, survivor_id=survivor.guest_id, merged_id=merged.guest_id, choices=choices,
        actor=request.actor, now=now,
    )  # fmt: skip
    toast(request, _("The two files are one. It can be taken apart on this page."))
    return redirect("guests:detail", hotel.code, survivor.guest_id)


@screen(Permission.MERGE)
@require_POST
def unmerge(request: StaffRequest, merge_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    back = request.POST.get("guest", "")
    try:
        undone = unmerge_guests(hotel_id=hotel.pk, merge_id=merge_id, actor=request.actor, now=clock.now())
    except DomainError as refusal:
        if refusal.status == 404 or not back.isdecimal():
            raise
        toast(request, refusal.text, state="late")
        return redirect("guests:detail", hotel.code, int(back[:18]))
    left = len(undone.fields_left) + undone.rows_left
    toast(request, _("These are two files again. %(left)s things changed since stay as they are.") % {"left": left}
          if left else _("These are two files again, as they were before."))  # fmt: skip
    if back.isdecimal():
        return redirect("guests:detail", hotel.code, int(back[:18]))
    return redirect("guests:duplicates", hotel.code)


def register() -> None:
    register_guest_section(section, order=80)


def section(request: StaffRequest, card: GuestCard) -> GuestSection | None:
    """For who may join files: what was joined into this one, and what looks like it."""
    hotel = hotel_of(request)
    if not request.actor.may(Permission.MERGE, hotel.pk):
        return None
    merges = merges_of(group_id=hotel.group_id, guest_id=card.guest_id)
    pairs = queries.pairs_of(group_id=hotel.group_id, guest_id=card.guest_id)
    if not merges and not pairs:
        return None
    others = [(each, each.names[each.first_id == card.guest_id]) for each in pairs]
    context = {"merges": merges, "pairs": others, "guest_id": card.guest_id}
    return GuestSection("guests/_same_person.html", context, aside=True)
