"""Who reacts to what: the one page that joins events of lower contexts to jobs of higher ones."""

from __future__ import annotations

from procrastinate import App


def on_app_ready(app: App) -> None:
    """Called by procrastinate once Django is ready: jobs and reactions are made known here."""
    from binzhi.billing.events import InvoiceRequested
    from binzhi.billing.invoices import jobs as invoice_jobs
    from binzhi.engagement import jobs as engagement_jobs
    from binzhi.frontdesk import jobs as frontdesk_jobs
    from binzhi.frontdesk.night_audit.events import NightAuditFailed, RecoveryAsked
    from binzhi.frontdesk.recognition import follow as learning
    from binzhi.guests import jobs as guest_jobs
    from binzhi.guests.events import ImportMoved
    from binzhi.guests.privacy import jobs as privacy_jobs
    from binzhi.kernel import jobs as kernel_jobs
    from binzhi.kernel.outbox import subscribe
    from binzhi.promises import jobs as promises_jobs
    from binzhi.property.events import SealBroken
    from binzhi.reservations.blocks import jobs as block_jobs
    from binzhi.vip import jobs as vip_jobs
    from binzhi.vip.events import StandingListChanged

    kernel_jobs.register(app)
    block_jobs.register(app)
    _who_waits(app)
    guest_jobs.register(app)
    subscribe(ImportMoved, guest_jobs.go_on_with_import(app))
    privacy_jobs.register(app)
    promises_jobs.register(app)
    invoice_jobs.register(app)
    subscribe(InvoiceRequested, kernel_jobs.at_once(app, "billing.send_invoices_now"))
    frontdesk_jobs.register(app)
    # What was for one stay ends with it; what was prepared is asked about.
    learning.register(app)
    subscribe(NightAuditFailed, frontdesk_jobs.try_again(app))
    subscribe(RecoveryAsked, frontdesk_jobs.recover_at_once(app))
    # Reservations, check-ins and check-outs are far too many to carry a job each: it looks after them by itself.
    vip_jobs.register(app)
    subscribe(StandingListChanged, vip_jobs.at_once(app))
    subscribe(SealBroken, vip_jobs.at_once(app))
    # Bookings, rooms given and check-outs are told to guests by a reader of events, for the same reason.
    engagement_jobs.register(app)
    _machines_of_the_desk(app)


def _who_waits(app: App) -> None:
    """Nights that come free are offered at once; what is too frequent to carry a job each is read by its reader."""
    from binzhi.kernel.outbox import subscribe
    from binzhi.reservations.events import (
        BlockReleased,
        BlockStatusChanged,
        ReservationCancelled,
        RoomReturnedToService,
        SellLimitsSet,
        WaitlistChanged,
    )
    from binzhi.reservations.waitlist import jobs as waitlist_jobs

    waitlist_jobs.register(app)
    for frees in (ReservationCancelled, BlockReleased, BlockStatusChanged, RoomReturnedToService, SellLimitsSet):
        subscribe(frees, waitlist_jobs.at_once(app))
    subscribe(WaitlistChanged, waitlist_jobs.at_once(app))


def _machines_of_the_desk(app: App) -> None:
    """Banks, locks, wake-up calls: what a clerk asks for is sent at once; who left is heeded by a reader of events."""
    from binzhi.billing.events import HoldAsked
    from binzhi.billing.holds import jobs as hold_jobs
    from binzhi.frontdesk.events import KeysMade, KeysVoided
    from binzhi.frontdesk.keys import sending as key_jobs
    from binzhi.frontdesk.wake_up import jobs as wake_up_jobs
    from binzhi.kernel.jobs import at_once
    from binzhi.kernel.outbox import subscribe

    hold_jobs.register(app)
    subscribe(HoldAsked, at_once(app, "billing.send_holds_now"))
    key_jobs.register(app)
    subscribe(KeysMade, at_once(app, "frontdesk.keys_now"))
    subscribe(KeysVoided, at_once(app, "frontdesk.keys_now"))
    wake_up_jobs.register(app)
