"""Reading money: bills, their lines, the books of a day."""

from binzhi.billing.queries.books import DayLine, ledger_sum, payments_of_day, revenue_of_day, trial_balance
from binzhi.billing.queries.folios import FolioLine, FolioSummary, FolioView, WindowView, folio_number, folio_view
from binzhi.billing.queries.folios import open_folios as open_folios
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
    "FolioSummary",
    "FolioView",
    "MeansRef",
    "WindowView",
    "charge_codes",
    "companies",
    "folio_number",
    "folio_view",
    "ledger_sum",
    "means_of_payment",
    "open_folios",
    "payments_of_day",
    "revenue_of_day",
    "trial_balance",
]
