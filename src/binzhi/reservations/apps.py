from django.apps import AppConfig


class ReservationsConfig(AppConfig):
    name = "binzhi.reservations"
    label = "reservations"
