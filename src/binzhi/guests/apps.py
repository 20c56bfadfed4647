from django.apps import AppConfig


class GuestsConfig(AppConfig):
    name = "binzhi.guests"
    label = "guests"

    def ready(self) -> None:
        from binzhi.guests.merging import held
        from binzhi.guests.web import finding

        finding.register()
        held.register()
