from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "binzhi.promises"
    label = "promises"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from binzhi.guests.holdings import Holding, register_holding
        from binzhi.guests.rotation import register_sealed
        from binzhi.promises import guest_rows
        from binzhi.promises.photos import photo_place
        from binzhi.promises.web import guest_promises

        guest_promises.register()
        guest_rows.register()
        register_sealed("promises_photo", "sealed", photo_place)
        register_holding(Holding(table="promises_run", locks_at=50))
