from django.apps import AppConfig


class FrontdeskConfig(AppConfig):
    name = "binzhi.frontdesk"
    label = "frontdesk"

    def ready(self) -> None:
        from binzhi.frontdesk import connected, guest_rows, promising
        from binzhi.frontdesk.recognition.present import Desk
        from binzhi.frontdesk.registering import guardian_phone_place
        from binzhi.frontdesk.registration import guest_rows as registration_rows
        from binzhi.frontdesk.wake_up import promising as waking
        from binzhi.frontdesk.web import bills, groups, guest_page, guest_stays, recognition, search
        from binzhi.guests.holdings import Holding, register_holding
        from binzhi.guests.in_house import register_house
        from binzhi.guests.rotation import register_sealed

        search.register()
        connected.register()
        bills.register()
        guest_stays.register()
        guest_page.register()
        recognition.register()
        promising.make_known()
        waking.make_known()
        groups.register()
        register_house(Desk())
        guest_rows.register()
        register_sealed("frontdesk_registration", "guardian_phone_sealed", guardian_phone_place)
        register_holding(Holding(table="frontdesk_registration", locks_at=20))
        registration_rows.register()
        register_holding(Holding(table="frontdesk_keptthing", locks_at=45))
