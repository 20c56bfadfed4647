from django.apps import AppConfig


class FrontdeskConfig(AppConfig):
    name = "binzhi.frontdesk"
    label = "frontdesk"

    def ready(self) -> None:
        from binzhi.frontdesk import guest_rows, promising
        from binzhi.frontdesk.registering import guardian_phone_place
        from binzhi.frontdesk.web import bills, guest_stays, search
        from binzhi.guests.rotation import register_sealed

        search.register()
        bills.register()
        guest_stays.register()
        promising.make_known()
        guest_rows.register()
        register_sealed("frontdesk_registration", "guardian_phone_sealed", guardian_phone_place)
