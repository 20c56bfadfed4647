from django.apps import AppConfig


class ReservationsConfig(AppConfig):
    name = "binzhi.reservations"
    label = "reservations"

    def ready(self) -> None:
        from binzhi.guests.rotation import register_sealed
        from binzhi.reservations.booker import phone_place
        from binzhi.reservations.web import finding

        finding.register()
        register_sealed("reservations_reservation", "booker_phone_sealed", phone_place)
