"""The seven things one does not ask a guest (七不问), as the card reminds of them."""

from django.utils.translation import pgettext_lazy

SEVEN_NOT_TO_ASK = (
    pgettext_lazy("not to ask", "Age"),
    pgettext_lazy("not to ask", "Marriage"),
    pgettext_lazy("not to ask", "Income"),
    pgettext_lazy("not to ask", "Address"),
    pgettext_lazy("not to ask", "Past"),
    pgettext_lazy("not to ask", "Faith"),
    pgettext_lazy("not to ask", "Health"),
)
