from django.apps import AppConfig


class GuestsConfig(AppConfig):
    name = "binzhi.guests"
    label = "guests"
