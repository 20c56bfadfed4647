from django.apps import AppConfig


class GuestsConfig(AppConfig):
    name = "binzhi.guests"
    label = "guests"

    def ready(self) -> None:
        from binzhi.guests import privacy, relationship
        from binzhi.guests.web import finding

        finding.register()
        privacy.register()
        relationship.register()
