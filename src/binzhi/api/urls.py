"""Where the API lives."""

from __future__ import annotations

from django.urls import path

from binzhi.api.core import api
from binzhi.api.routers.availability import router as availability
from binzhi.api.routers.calendar import router as calendar
from binzhi.api.routers.care import router as care
from binzhi.api.routers.cashier import router as cashier
from binzhi.api.routers.closing import router as closing
from binzhi.api.routers.contents import router as contents
from binzhi.api.routers.counter_settings import router as counter_settings
from binzhi.api.routers.day_use import router as day_use
from binzhi.api.routers.folio_counter import router as folio_counter
from binzhi.api.routers.folio_holds import router as folio_holds
from binzhi.api.routers.folio_invoices import router as folio_invoices
from binzhi.api.routers.folio_rules import router as folio_rules
from binzhi.api.routers.folios import router as folios
from binzhi.api.routers.groups import router as groups
from binzhi.api.routers.guests import router as guests
from binzhi.api.routers.house import router as house
from binzhi.api.routers.keys import router as keys
from binzhi.api.routers.messages import router as messages
from binzhi.api.routers.partners import router as partners
from binzhi.api.routers.rate_rules import router as rate_rules
from binzhi.api.routers.rates import router as rates
from binzhi.api.routers.receivables import router as receivables
from binzhi.api.routers.registration import router as registration
from binzhi.api.routers.reservations import router as reservations
from binzhi.api.routers.rooming import router as rooming
from binzhi.api.routers.selling import router as selling
from binzhi.api.routers.stays import router as stays
from binzhi.api.routers.together import router as together
from binzhi.api.routers.waiting import router as waiting

# What programs ask most stands first: an address is looked for from the top.
for _router in (
    reservations,
    availability,
    rates,
    contents,
    day_use,
    groups,
    waiting,
    stays,
    calendar,
    folios,
    guests,
    house,
    folio_rules,
    folio_counter,
    folio_invoices,
    messages,
    selling,
    folio_holds,
    keys,
    partners,
    together,
    registration,
    closing,
    cashier,
    receivables,
    care,
    counter_settings,
    rate_rules,
    rooming,
):  # fmt: skip
    api.add_router("/v1", _router)

urlpatterns = [path("", api.urls)]
