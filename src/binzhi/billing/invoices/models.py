"""Invoices as they were asked for and issued, their lines, the seller's data, tax codes of charge codes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from binzhi.property.models import Hotel

models.CharField.register_lookup(Length, "length")
NUMBER_LENGTH = 20


class InvoiceSeller(models.Model):
    """Who invoices, and the provider who issues for the tax office; its key is sealed."""

    hotel = models.OneToOneField(Hotel, on_delete=models.PROTECT, related_name="+", primary_key=True)
    name = models.CharField(max_length=100)
    tax_no = models.CharField(max_length=20)
    address_phone = models.CharField(max_length=100, db_default="")
    bank_account = models.CharField(max_length=100, db_default="")
    issuer = models.CharField(max_length=20)
    provider_url = models.CharField(max_length=200, db_default="")
    provider_key = models.BinaryField(null=True)


class TaxCode(models.Model):
    """How a charge code stands on an invoice from a day on: what the tax office calls it, unit, rate. Insert-only."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    charge_code = models.ForeignKey("billing.ChargeCode", on_delete=models.PROTECT, related_name="+", db_index=False)
    first_date = models.DateField()
    classification = models.CharField(max_length=19)
    item = models.CharField(max_length=60)
    unit = models.CharField(max_length=10, db_default="")
    rate = models.DecimalField(max_digits=5, decimal_places=4)
    is_invoiced = models.BooleanField(db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "charge_code", "first_date"], name="tax_code_from_day"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lt=1), name="tax_code_rate"),
        ]


class Invoice(models.Model):
    """An invoice for one buyer out of one window; what was asked for is never changed, only its state.

    A red one (`red_of`) takes back another whole. `serial` is the key by which the provider issues it once.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    folio = models.ForeignKey("billing.Folio", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("billing.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    serial = models.CharField(max_length=32)
    kind = models.CharField(max_length=2, help_text="81 special, 82 ordinary")
    red_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    business_date = models.DateField()
    seller_name = models.CharField(max_length=100)
    seller_tax_no = models.CharField(max_length=20)
    seller_address_phone = models.CharField(max_length=100, db_default="")
    seller_bank_account = models.CharField(max_length=100, db_default="")
    issuer = models.CharField(max_length=20)
    buyer_name = models.CharField(max_length=100)
    buyer_tax_no = models.CharField(max_length=20, db_default="")
    buyer_is_person = models.BooleanField(db_default=False)
    buyer_address_phone = models.CharField(max_length=100, db_default="")
    buyer_bank_account = models.CharField(max_length=100, db_default="")
    remark = models.CharField(max_length=200, db_default="")
    currency = models.CharField(max_length=3)
    net = models.DecimalField(max_digits=14, decimal_places=2)
    tax = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    total_words = models.CharField(max_length=80)
    requested_by = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=10, db_default="asked", help_text="asked, sent, issued, refused")
    number = models.CharField(max_length=NUMBER_LENGTH, db_default="")
    issued_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(db_default=0)
    next_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "serial"], name="invoice_serial"),
            models.UniqueConstraint(fields=["hotel", "number"], condition=~Q(number=""), name="invoice_number"),
            models.UniqueConstraint(
                fields=["red_of"],
                condition=Q(red_of__isnull=False) & ~Q(state="refused"),
                name="invoice_taken_back_once",
            ),
            models.CheckConstraint(condition=Q(total=F("net") + F("tax")), name="invoice_adds_up"),
            models.CheckConstraint(
                condition=Q(red_of=None, total__gt=0) | Q(red_of__isnull=False, total__lt=0), name="invoice_red_or_not"
            ),
            models.CheckConstraint(
                condition=Q(state="issued", number__length=NUMBER_LENGTH, issued_at__isnull=False)
                | Q(state__in=["asked", "sent", "refused"], number=""),
                name="invoice_issued_has_number",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["81", "82"]) & (Q(buyer_is_person=False) | Q(kind="82")), name="invoice_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["account"], name="invoice_of_account"),
            models.Index(fields=["hotel", "-id"], name="invoice_of_hotel"),
            models.Index(fields=["next_at"], condition=Q(state__in=["asked", "sent"]), name="invoice_due"),
        ]


class InvoiceLine(models.Model):
    """A line of an invoice; amounts are net of tax. Insert-only; together they are the invoice."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.SmallIntegerField()
    charge_code = models.ForeignKey("billing.ChargeCode", on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.CharField(max_length=60)
    spec = models.CharField(max_length=40, db_default="")
    unit = models.CharField(max_length=10, db_default="")
    quantity = models.DecimalField(max_digits=12, decimal_places=4)
    price = models.DecimalField(max_digits=18, decimal_places=8)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    rate = models.DecimalField(max_digits=5, decimal_places=4)
    tax = models.DecimalField(max_digits=14, decimal_places=2)
    classification = models.CharField(max_length=19)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line")]
