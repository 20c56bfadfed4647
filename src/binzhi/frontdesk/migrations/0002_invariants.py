"""A closed day's figures are written once; the walls between hotels."""

from django.db import migrations

from binzhi.kernel.schema import hotel_wall, insert_only


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0001_initial"), ("kernel", "0002_invariants")]
    operations = [
        *insert_only("frontdesk_daystatistics"),
        *hotel_wall("frontdesk_registration", "frontdesk_nightaudit", "frontdesk_daystatistics"),
    ]
