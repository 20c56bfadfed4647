from django.apps import AppConfig


class ReservationsConfig(AppConfig):
    name = "binzhi.reservations"
    label = "reservations"

    def ready(self) -> None:
        from binzhi.reservations.web import finding

        finding.register()
