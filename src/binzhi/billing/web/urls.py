"""Addresses of bills."""

from __future__ import annotations

from django.urls import path

from binzhi.billing.web import cashier, counter_pages, holding, invoicing, receivables, routing, views

app_name = "billing"
urlpatterns = [
    path("h/<slug:hotel>/folios", views.folios, name="folios"),
    path("h/<slug:hotel>/folios/<slug:number>", views.folio, name="folio"),
    path("h/<slug:hotel>/folios/<slug:number>/payments", views.payments, name="payments"),
    path("h/<slug:hotel>/folios/<slug:number>/undo/<int:transaction_id>", views.undo, name="undo"),
    path("h/<slug:hotel>/folios/<slug:number>/bill.pdf", views.bill, name="bill"),
    # The counter.
    path("h/<slug:hotel>/approvals", counter_pages.waiting, name="approvals"),
    path("h/<slug:hotel>/approvals/<int:approval_id>", counter_pages.decide, name="decide"),
    path("h/<slug:hotel>/house-accounts", counter_pages.house, name="house"),
    path("h/<slug:hotel>/counter-settings", counter_pages.counter_settings, name="counter"),
    # Invoices.
    path("h/<slug:hotel>/invoices", invoicing.listing, name="invoice-list"),
    path("h/<slug:hotel>/invoices/seller", invoicing.seller, name="seller"),
    path("h/<slug:hotel>/invoices/<int:invoice_id>/retry", invoicing.retry, name="retry-invoice"),
    path("h/<slug:hotel>/invoices/<int:invoice_id>/red", invoicing.red, name="red-invoice"),
    # Cashier shifts.
    path("h/<slug:hotel>/cashier", cashier.cashier, name="cashier"),
    path("h/<slug:hotel>/cashier/<int:shift_id>", cashier.shift, name="shift"),
    path("h/<slug:hotel>/cashier/<int:shift_id>/close", cashier.close, name="close-shift"),
    path("h/<slug:hotel>/cashier/<int:shift_id>/report.pdf", cashier.shift_paper, name="shift-paper"),
    path("h/<slug:hotel>/cashier/<int:shift_id>/report.csv", cashier.shift_table, name="shift-table"),
    # Companies' accounts.
    path("h/<slug:hotel>/receivables", receivables.receivables, name="receivables"),
    path("h/<slug:hotel>/receivables/<int:organisation_id>", receivables.company, name="company"),
    path("h/<slug:hotel>/receivables/<int:organisation_id>/statement.pdf", receivables.paper, name="statement"),
    path("h/<slug:hotel>/receivables/<int:organisation_id>/use", receivables.use, name="use-credit"),
    path("h/<slug:hotel>/receivables/<int:organisation_id>/remind", receivables.remind, name="remind"),
    path("h/<slug:hotel>/receivables/<int:organisation_id>/terms", receivables.terms, name="terms"),
    path(
        "h/<slug:hotel>/receivables/<int:organisation_id>/uses/<int:allocation_id>/back",
        receivables.take_back,
        name="take-back",
    ),
    path(
        "h/<slug:hotel>/receivables/<int:organisation_id>/items/<int:transaction_id>/write-off",
        receivables.write_off,
        name="write-off",
    ),
    path("h/<slug:hotel>/write-offs/<int:write_off_id>", receivables.decide, name="decide-write-off"),
    # Routing.
    path("h/<slug:hotel>/folios/<slug:number>/rules/<int:rule_id>/end", routing.end_rule, name="end-rule"),
    # Pre-authorisations and the deposit's receipt.
    path("h/<slug:hotel>/holds", holding.listing, name="hold-list"),
    path("h/<slug:hotel>/holds/bank", holding.acquiring, name="acquirer"),
    path("h/<slug:hotel>/folios/<slug:number>/holds/card", holding.card, name="hold-card"),
    path("h/<slug:hotel>/folios/<slug:number>/holds/<int:hold_id>/again", holding.again, name="hold-again"),
    path("h/<slug:hotel>/folios/<slug:number>/holds/<int:hold_id>/give-up", holding.give_up, name="hold-give-up"),
    path("h/<slug:hotel>/folios/<slug:number>/receipts/<int:transaction_id>.pdf", holding.receipt, name="receipt"),
    *(path(f"h/<slug:hotel>/folios/<slug:number>/{name}", view, name=name) for name, view in views.VIEWS.items()),
]
