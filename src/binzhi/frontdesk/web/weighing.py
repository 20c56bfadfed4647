"""What weighs how much when rooms are proposed: seven numbers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.assignment.weights import DEFAULT, LARGEST
from binzhi.frontdesk.queries.candidates import weights_of
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, status_of

LABELS = {
    "wish": gettext_lazy("Each request of the guest"),
    "beside": gettext_lazy("A connecting door to a companion"),
    "last_room": gettext_lazy("The room of the last stay"),
    "keep": gettext_lazy("Keep special rooms for who needs them"),
    "near": gettext_lazy("On the floor of a companion"),
    "ready": gettext_lazy("Rooms that are ready"),
    "better": gettext_lazy("Better rooms to VIPs and long stays"),
}


class WeightsForm(OperationForm):
    """One number for each weight."""

    def __init__(self, data: Any = None, *, initial: dict[str, int]) -> None:
        super().__init__(data, initial=initial)
        for code in DEFAULT:
            self.fields[code] = forms.IntegerField(label=LABELS[code], min_value=0, max_value=LARGEST)


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_ASSIGNMENT)
def weights_screen(request: StaffRequest) -> HttpResponse:
    """The hotel's weights; a POST sets them."""
    hotel = hotel_of(request)
    form = WeightsForm(request.POST or None, initial=weights_of(hotel.pk))
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                once(request, lambda: {
                    "before": services.set_assignment_weights(weights=form.cleaned_data, **common(request))
                })  # fmt: skip
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
            else:
                toast(request, _("The weights are set"))
                return go(request, reverse("frontdesk:propose", args=[hotel.code]))
    return render_screen(request, "frontdesk/weights.html", {"form": form, "most": LARGEST}, status=status)
