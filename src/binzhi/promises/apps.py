from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "binzhi.promises"
    label = "promises"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from binzhi.guests.rotation import register_sealed
        from binzhi.promises import guest_rows
        from binzhi.promises.photos import photo_place

        guest_rows.register()
        register_sealed("promises_photo", "sealed", photo_place)
