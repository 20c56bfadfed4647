"""Messages for guests: those that wait, one more, handed over."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import NobodyThere
from binzhi.frontdesk.notes import services
from binzhi.frontdesk.notes.queries import messages
from binzhi.frontdesk.together.queries import stay_called
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, next_url, once, press, status_of

LONGEST = 2000


class MessageForm(OperationForm):
    """Who it is for, what is said, who says it."""

    room = forms.CharField(label=gettext_lazy("Room or reservation"), max_length=LONGEST)
    text = forms.CharField(label=gettext_lazy("What is said"), max_length=LONGEST, widget=forms.Textarea)
    from_whom = forms.CharField(
        label=gettext_lazy("From whom, and how to be reached"), max_length=LONGEST, required=False
    )
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.TAKE_MESSAGES)
def listing(request: StaffRequest) -> HttpResponse:
    """Messages that wait, or all; a POST takes one more."""
    hotel = hotel_of(request)
    form = MessageForm(request.POST or None, initial={"room": request.GET.get("room", "")[:20]})
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                once(request, lambda: _take(request, form))
                toast(request, _("The message waits for the guest"))
                return go(request, next_url(request, reverse("frontdesk:notes", args=[hotel.code])))
            except DomainError as refusal:
                form.refuse(refusal, field=refusal.field or "room")
                status = status_of(refusal)
    state = "all" if request.GET.get("state") == "all" else "waiting"
    words = {"waiting": pgettext("messages", "Waiting"), "all": pgettext("messages", "All")}
    context = {
        "rows": messages(hotel_id=hotel.pk, state=state), "form": form,
        "segments": [{"label": label, "url": f"?state={key}", "on": state == key} for key, label in words.items()],
    }  # fmt: skip
    return render_screen(request, "frontdesk/notes.html", context, status=status)


def _take(request: StaffRequest, form: MessageForm) -> dict[str, int]:
    data = form.cleaned_data
    wanted = data["room"].strip()[:20].upper().replace("\0", "")
    stay = stay_called(hotel_id=hotel_of(request).pk, text=wanted)
    if stay is None:
        raise NobodyThere
    made = services.take_message(
        room_reservation_id=stay, text=data["text"], from_whom=data["from_whom"], is_urgent=data["is_urgent"],
        **common(request),
    )  # fmt: skip
    return {"message": made}


@require_POST
@screen(Permission.TAKE_MESSAGES)
def finish(request: StaffRequest, message_id: int) -> HttpResponse:
    """Handed over, or withdrawn."""

    def work() -> None:
        services.finish_message(message_id=message_id, how=request.POST.get("how", ""), **common(request))

    back = reverse("frontdesk:notes", args=[hotel_of(request).code])
    return press(request, work, done=_("Noted"), back=back)
