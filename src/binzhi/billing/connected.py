"""The outside partners of the cashier: the bank that holds money on cards, the provider of invoices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from binzhi.billing.access import Permission
from binzhi.billing.holds import acquirer, sending
from binzhi.billing.holds.services import LINK
from binzhi.billing.invoices import provider
from binzhi.billing.invoices import sending as invoicing
from binzhi.billing.invoices.services import LINK as PROVIDER
from binzhi.guests.rotation import register_sealed
from binzhi.kernel.reached import Partner, register_partner


def register() -> None:
    """Show both among the outside partners; their keys are rotated as all that is sealed."""
    for link in (LINK, PROVIDER):
        register_sealed(link.table, link.key, link.place, row="hotel_id")
    register_partner(
        Partner(
            code=sending.PARTNER, label=_("Bank for pre-authorisations"), icon="card", permission=Permission.SET_HOLDS,
            settings="billing:acquirer", waiting="billing:hold-list?state=waiting",
            given_up="billing:hold-list?state=waiting", counts=sending.QUEUE.counts(LINK, since="asked_at"),
            probe=LINK.probe(acquirer.TIMEOUT_SECONDS),
        )
    )  # fmt: skip
    refused = "state = 'refused' AND requested_at > %(recent)s"
    register_partner(
        Partner(
            code=invoicing.PARTNER, label=_("Provider of e-invoices"), icon="receipt",
            permission=Permission.SET_INVOICES, settings="billing:seller",
            waiting="billing:invoice-list?state=waiting", given_up="billing:invoice-list?state=refused",
            counts=invoicing.QUEUE.counts(PROVIDER, since="requested_at", given_up=refused),
            probe=PROVIDER.probe(provider.TIMEOUT_SECONDS),
        )
    )  # fmt: skip
