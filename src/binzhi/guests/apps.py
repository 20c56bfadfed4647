from django.apps import AppConfig


class GuestsConfig(AppConfig):
    name = "binzhi.guests"
    label = "guests"

    def ready(self) -> None:
        from binzhi.guests import privacy, relationship
        from binzhi.guests.importing import holding as imports
        from binzhi.guests.merging import held
        from binzhi.guests.observations import holding as learning
        from binzhi.guests.observations import past as seen
        from binzhi.guests.profile import holding, past
        from binzhi.guests.web import duplicates, finding, preferences

        finding.register()
        holding.register()
        preferences.register()
        learning.register()
        duplicates.register()
        held.register()
        imports.register()
        privacy.register()
        relationship.register()
        seen.register()
        past.register()
