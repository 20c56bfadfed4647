"""Money: double entry. A transaction is lines that add up to zero; lines are never changed, only reversed."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from binzhi.property.models import Hotel


class Account(models.Model):
    """Where money stands. Debit is positive: what a folio owes, what the till holds.

    `balance` is a running snapshot kept by trigger for folio windows, deposits and receivables only: the
    others (revenue, tax, means) would be one row that every posting of the hotel queues for. Nothing is posted
    to an account that is not open (the windows and the deposit of a closed folio).
    """

    class Kind(models.TextChoices):
        FOLIO = "folio", "Folio window"
        DEPOSIT = "deposit", "Deposit held"
        RECEIVABLE = "receivable", "City ledger"
        REVENUE = "revenue", "Revenue"
        TAX = "tax", "Tax"
        MEANS = "means", "Means of payment"
        # Cash over or short, the safe, bad debts.
        HOUSE = "house", "The house's own"

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=40, db_default="")
    name = models.CharField(max_length=80, db_default="")
    folio = models.ForeignKey("Folio", on_delete=models.PROTECT, null=True, related_name="windows", db_index=False)
    window = models.SmallIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    credit_limit = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    balance = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    is_open = models.BooleanField(db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hotel", "kind", "code"], condition=models.Q(folio=None), name="account_code"
            ),
            models.UniqueConstraint(
                fields=["folio", "kind", "window"], condition=models.Q(folio__isnull=False), name="account_window"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="deposit") | models.Q(balance__lte=0), name="deposit_never_overdrawn"
            ),
        ]
        indexes = [
            models.Index(
                fields=["hotel", "organisation_id"],
                condition=models.Q(organisation_id__isnull=False),
                name="account_of_company",
            )
        ]


class Folio(models.Model):
    """A bill with numbered windows (accounts). It knows no reservation; `folios.close` and `.reopen` change it."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=20)
    guest_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "number"], name="folio_number")]
        indexes = [
            models.Index(fields=["hotel"], condition=models.Q(closed_at=None), name="folio_open"),
            models.Index(fields=["guest_id"], condition=models.Q(guest_id__isnull=False), name="folio_of_guest"),
        ]


class ChargeCode(models.Model):
    """What can be charged: its revenue account, its tax rate (0.06 is six per cent) and tax account."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, db_default="")
    group = models.CharField(max_length=20, db_default="other", help_text="room, food, minibar, laundry, fee, other")
    tax_rate = models.DecimalField(max_digits=5, decimal_places=4, db_default=0)
    revenue_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    tax_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="charge_code")]


class PaymentMeans(models.Model):
    """A means of payment (cash, card, WeChat Pay, Alipay, bank, company account) and the account it lands in."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, db_default="")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField(db_default=0)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="payment_means")]


class Transaction(models.Model):
    """One posting. Insert-only. `source_key` makes a posting that must happen once happen once (`room:<date>:<stay>`).

    `origin` is the posting that a later one is about: the payment of a refund, the charge of a transfer, and for a
    reversal that of what it reverses. What stands of a posting is the sum of its family.

    Hotel carries no foreign key of the database: the trigger that checks the day has found the hotel's, and neither
    that day nor its hotel can be deleted.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", "Charge"
        PAYMENT = "payment", "Payment"
        REFUND = "refund", "Refund"
        DEPOSIT = "deposit", "Deposit taken"
        DEPOSIT_REFUND = "deposit_refund", "Deposit returned"
        DEPOSIT_USE = "deposit_use", "Deposit used"
        TRANSFER = "transfer", "Transfer"
        REVERSAL = "reversal", "Reversal"
        ADJUSTMENT = "adjustment", "Allowance"
        PAID_OUT = "paid_out", "Paid out"
        EXCHANGE = "exchange", "Change for foreign cash"
        OVER_SHORT = "over_short", "Over or short"
        DROP = "drop", "Drop to the safe"
        RECEIPT = "receipt", "Received from a company"
        WRITE_OFF = "write_off", "Written off"
        EXPENSE = "expense", "The house's own cost"

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    business_date = models.DateField()
    kind = models.CharField(max_length=15, choices=Kind)
    folio = models.ForeignKey(Folio, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    charge_code = models.ForeignKey(ChargeCode, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    means = models.ForeignKey(PaymentMeans, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    description = models.CharField(max_length=120, db_default="")
    quantity = models.SmallIntegerField(db_default=1)
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    origin = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    source_key = models.CharField(max_length=80, null=True)
    user_id = models.BigIntegerField(null=True)
    shift_id = models.BigIntegerField(null=True, help_text="the cashier's shift; the database fills it in")
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hotel", "source_key"],
                condition=models.Q(source_key__isnull=False),
                name="transaction_source_once",
            ),
            models.UniqueConstraint(
                fields=["reverses"], condition=models.Q(reverses__isnull=False), name="transaction_reversed_once"
            ),
        ]
        # Partial, and none for the other foreign keys: every index is paid for by each of the audit's postings.
        indexes = [
            models.Index(fields=["folio", "id"], name="transaction_of_folio"),
            models.Index(fields=["origin"], condition=models.Q(origin__isnull=False), name="transaction_of_origin"),
            models.Index(fields=["hotel", "business_date", "charge_code"], name="transaction_of_day"),
            models.Index(fields=["shift_id"], condition=models.Q(shift_id__isnull=False), name="transaction_of_shift"),
        ]


class Line(models.Model):
    """One side of a transaction. Insert-only; lines written by a statement add up to zero per transaction.

    It carries no foreign key of the database: the trigger that checks the sum has joined hotel, transaction and account
    of all lines at once, which row by row took a fifth of a night audit, and neither of them can be deleted.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        indexes = [
            models.Index(fields=["account"], include=["amount"], name="line_of_account"),
            models.Index(fields=["transaction"], include=["account", "amount"], name="line_of_transaction"),
        ]


# The tables of this context's packages.
from binzhi.billing.cashier.models import (  # noqa: E402
    CashierSetting,
    CashierShift,
    ShiftCount,
    ShiftPiece,
    Till,
)
from binzhi.billing.counter.models import (  # noqa: E402
    Approval,
    AuthorityLimit,
    CompensationItem,
    CounterSetting,
    CurrencyNote,
    CurrencyRate,
    HouseAccount,
    LateFee,
)
from binzhi.billing.holds.models import Acquirer, Hold, HoldStep  # noqa: E402
from binzhi.billing.invoices.models import Invoice, InvoiceLine, InvoiceSeller, TaxCode  # noqa: E402
from binzhi.billing.receivables.models import Allocation, CompanyTerms, Dunning, WriteOff  # noqa: E402
from binzhi.billing.routing.models import Routed, RoutingRule  # noqa: E402

__all__ = [
    "Account",
    "Acquirer",
    "Allocation",
    "Approval",
    "AuthorityLimit",
    "CashierSetting",
    "CashierShift",
    "ChargeCode",
    "CompanyTerms",
    "CompensationItem",
    "CounterSetting",
    "CurrencyNote",
    "CurrencyRate",
    "Dunning",
    "Folio",
    "Hold",
    "HoldStep",
    "HouseAccount",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeller",
    "LateFee",
    "Line",
    "PaymentMeans",
    "Routed",
    "RoutingRule",
    "ShiftCount",
    "ShiftPiece",
    "TaxCode",
    "Till",
    "Transaction",
    "WriteOff",
]
