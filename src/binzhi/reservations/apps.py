from django.apps import AppConfig


class ReservationsConfig(AppConfig):
    name = "binzhi.reservations"
    label = "reservations"

    def ready(self) -> None:
        from binzhi.billing.counter import plans
        from binzhi.guests.holdings import Holding, register_holding
        from binzhi.guests.rotation import register_sealed
        from binzhi.reservations import guest_rows
        from binzhi.reservations.booker import phone_place
        from binzhi.reservations.plan_codes import plan_codes
        from binzhi.reservations.waitlist.services import phone_place as waitlist_phone
        from binzhi.reservations.web import finding

        finding.register()
        plans.register(plan_codes)
        guest_rows.register()
        register_sealed("reservations_reservation", "booker_phone_sealed", phone_place)
        register_holding(Holding(table="reservations_reservation", locks_at=10))
        register_holding(Holding(table="reservations_roomreservation", locks_at=11))
        register_holding(Holding(table="reservations_block", locks_at=12))
        register_holding(Holding(table="reservations_expectedguest", locks_at=13))
        register_holding(Holding(table="reservations_waitlistentry", locks_at=14))
        register_holding(Holding(table="reservations_walk", locks_at=15))
        register_sealed("reservations_waitlistentry", "phone_sealed", waitlist_phone)
