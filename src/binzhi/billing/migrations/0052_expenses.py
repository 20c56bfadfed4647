"""What the house itself pays is a posting of its own kind."""

from django.db import migrations, models

KINDS = [
    ("charge", "Charge"),
    ("payment", "Payment"),
    ("refund", "Refund"),
    ("deposit", "Deposit taken"),
    ("deposit_refund", "Deposit returned"),
    ("deposit_use", "Deposit used"),
    ("transfer", "Transfer"),
    ("reversal", "Reversal"),
    ("adjustment", "Allowance"),
    ("paid_out", "Paid out"),
    ("exchange", "Change for foreign cash"),
    ("over_short", "Over or short"),
    ("drop", "Drop to the safe"),
    ("receipt", "Received from a company"),
    ("write_off", "Written off"),
    ("expense", "The house's own cost"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0051_hold_refunds")]
    operations = [
        migrations.AlterField(
            model_name="transaction", name="kind", field=models.CharField(choices=KINDS, max_length=15)
        ),
    ]
