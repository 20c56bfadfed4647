from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "binzhi.billing"
    label = "billing"

    def ready(self) -> None:
        from binzhi.billing import connected, guest_rows
        from binzhi.guests.holdings import Holding, register_holding

        register_holding(Holding(table="billing_folio", locks_at=40))
        guest_rows.register()
        connected.register()
