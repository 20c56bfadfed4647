"""Reading money: bills, their lines, the books of a day."""

from binzhi.billing.queries.books import DayLine, ledger_sum, payments_of_day, revenue_of_day, trial_balance
from binzhi.billing.queries.folios import (
    FolioLine,
    FolioPage,
    FolioSummary,
    FolioView,
    WindowView,
    folio_list,
    folio_number,
    folio_view,
    open_folios,
)
from binzhi.billing.queries.pickers import (
    ChargeCodeRef,
    CompanyRef,
    MeansRef,
    charge_codes,
    companies,
    means_of_payment,
)

__all__ = [
    "ChargeCodeRef",
    "CompanyRef",
    "DayLine",
    "FolioLine",
    "FolioPage",
    "FolioSummary",
    "FolioView",
    "MeansRef",
    "WindowView",
    "charge_codes",
    "companies",
    "folio_list",
    "folio_number",
    "folio_view",
    "ledger_sum",
    "means_of_payment",
    "open_folios",
    "payments_of_day",
    "revenue_of_day",
    "trial_balance",
]
