from django.apps import AppConfig


class GuestsConfig(AppConfig):
    name = "binzhi.guests"
    label = "guests"

    def ready(self) -> None:
        from binzhi.guests.observations import holding as learning
        from binzhi.guests.web import finding, preferences

        finding.register()
        preferences.register()
        learning.register()
