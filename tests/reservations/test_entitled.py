"""Who may have a rate at which price: agreements, members, promotion codes; quoted as booked, to the fen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from binzhi.guests import services as guests
from binzhi.kernel import db
from binzhi.kernel.dates import StayDates
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.reservations import errors
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import PlanKind
from binzhi.reservations.extras.services import set_extras
from binzhi.reservations.models import Agreement, Promotion, PromotionUse, RatePlan
from binzhi.reservations.promotions.services import (
    PromotionInput,
    create_promotion,
    end_promotion,
    set_agreed_price,
    set_members_rate,
)
from binzhi.reservations.promotions.using import MOST_WRONG, WINDOW, find, try_code
from binzhi.reservations.queries import offers
from binzhi.reservations.ratebook.rule_services import set_base_price
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import change_room, create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, fingerprint, make_actor, make_hotel, statements

STAY = StayDates(TODAY, TODAY + timedelta(days=2))


def common(hotel: TestHotel, actor: Any = SYSTEM) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": actor, "now": NOW}


def company(hotel: TestHotel, name: str = "澜海") -> int:
    return guests.create_organisation(organisation=guests.NewOrganisation(name=name), **common(hotel))


def person(hotel: TestHotel, **of: Any) -> int:
    return guests.create_guest(details=guests.GuestDetails(name="陈国梁", **of), **common(hotel))


def offered(hotel: TestHotel, plan: str, **of: Any) -> Any:
    """The offer of `std` under a plan, or None."""
    found = offers(hotel=hotel.refreshed(), dates=STAY, adults=2, today=TODAY, **of)
    return next((o for o in found if (o.room_type, o.rate_plan) == ("std", plan)), None)


def book(hotel: TestHotel, plan: str, **of: Any) -> Any:
    return create_reservation(booking=booking(rate_plan=plan, **of), **common(hotel))


def refused(hotel: TestHotel, attempt: Callable[[], Any]) -> DomainError:
    before = fingerprint(hotel), PromotionUse.objects.count()
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        attempt()
    assert (fingerprint(hotel), PromotionUse.objects.count()) == before
    return refusal.value


def promote(hotel: TestHotel, code: str = "LAKE2026", **of: Any) -> str:
    return create_promotion(promotion=PromotionInput(**{"name": "湖畔", "rate_plan": "bb", "code": code} | of),
                            **common(hotel))  # fmt: skip


def test_agreed_price_is_the_organisations_own_and_quoted_as_booked(hotel: TestHotel) -> None:
    dear, cheap = company(hotel), company(hotel, "申城")
    set_agreed_price(rate_plan="corp", organisation_id=dear, percent=None, amount=None, **common(hotel))
    set_agreed_price(rate_plan="corp", organisation_id=cheap, percent=Decimal("-22.5"), amount=Decimal("3.30"),
                     **common(hotel))  # fmt: skip
    assert offered(hotel, "corp") is None
    # corp is bar − 15 %, rounded to the yuan: 340; 400 − 22.5 % + 3.30 = 313.30.
    for organisation_id, total in ((dear, 680), (cheap, 626)):
        quoted = offered(hotel, "corp", organisation_id=organisation_id).total
        assert quoted == total
        assert book(hotel, "corp", organisation_id=organisation_id).total == quoted
    assert isinstance(refused(hotel, lambda: book(hotel, "corp")), errors.PlanNotForGuest)


def test_agreed_price_holds_when_the_stay_is_changed(hotel: TestHotel) -> None:
    cheap = company(hotel)
    set_agreed_price(rate_plan="corp", organisation_id=cheap, percent=Decimal(-50), amount=Decimal(0), **common(hotel))
    made = book(hotel, "corp", organisation_id=cheap)
    change = RoomChange(
        arrival=TODAY, departure=TODAY + timedelta(days=3), room_type="std", rate_plan="corp", adults=2,
        expected_total=Decimal(600),
    )  # fmt: skip
    change_room(room_reservation_id=made.room_ids[0], change=change, **common(hotel))


def test_agreed_price_impossible_is_refused_at_its_field(hotel: TestHotel) -> None:
    mine = company(hotel)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"rate_plan": "bar"}, "rate_plan"), ({"rate_plan": "nope"}, "rate_plan"), ({"percent": Decimal(101)}, "percent"),
        ({"amount": Decimal("NaN")}, "amount"), ({"amount": Decimal("0.001")}, "amount"),
    ]  # fmt: skip
    for of, field in cases:
        asked: dict[str, Any] = {"rate_plan": "corp", "organisation_id": mine, "percent": None, "amount": None} | of
        with pytest.raises(InvalidInput) as refusal:
            set_agreed_price(**asked, **common(hotel))
        assert refusal.value.field == field
    with pytest.raises(NotFound):
        set_agreed_price(rate_plan="corp", organisation_id=company(make_hotel()), percent=None, amount=None,
                         **common(hotel))  # fmt: skip
    assert not Agreement.objects.exists()
    with pytest.raises(Forbidden):
        set_members_rate(rate_plan="bb", members_only=True, **common(hotel, make_actor(hotel, [Permission.SET_RATES])))


def test_members_rate_is_for_members_of_its_levels(hotel: TestHotel) -> None:
    set_members_rate(rate_plan="bb", members_only=True, tiers=("gold",), **common(hotel))
    gold, silver, nobody = (
        person(hotel, member_no="BZ1", member_tier="gold"), person(hotel, member_no="BZ2", member_tier="silver"),
        person(hotel),
    )  # fmt: skip
    for guest_id, refusal in ((gold, ""), (silver, "members_only"), (nobody, "members_only"), (None, "members_only")):
        assert offered(hotel, "bb", guest_id=guest_id).refusal == refusal
    assert book(hotel, "bb", guest_id=gold).total == offered(hotel, "bb", guest_id=gold).total
    for guest_id in (silver, nobody, None):
        refusal_of = refused(hotel, lambda guest_id=guest_id: book(hotel, "bb", guest_id=guest_id))
        assert isinstance(refusal_of, errors.MembersOnly)
    set_members_rate(rate_plan="bb", members_only=True, **common(hotel))
    assert offered(hotel, "bb", guest_id=silver).refusal == ""
    assert offered(hotel, "bb", guest_id=nobody).refusal == "members_only"
    set_members_rate(rate_plan="bb", members_only=False, **common(hotel))
    assert offered(hotel, "bb").refusal == ""


def test_offers_remain_one_statement_with_everything_asked_at_once(hotel: TestHotel) -> None:
    promote(hotel)
    house, firm, guest = hotel.refreshed(), company(hotel), person(hotel, member_no="BZ1")
    with statements() as sent:
        offers(hotel=house, dates=STAY, adults=2, today=TODAY, organisation_id=firm, guest_id=guest,
               promotion_plan_id=hotel.plans["bb"])  # fmt: skip
    assert len(sent) == 1


def test_promotion_opens_its_rate_and_counts_the_booking(hotel: TestHotel) -> None:
    code = promote(hotel, most_uses=2)
    assert offered(hotel, "bb") is None
    plan = find(hotel_id=hotel.pk, code=" lake 2026 ").rate_plan_id
    quoted = offered(hotel, "bb", promotion_plan_id=plan).total
    made = book(hotel, "bb", promotion_code=code)
    assert made.total == quoted == 880
    assert list(PromotionUse.objects.values_list("reservation_id", flat=True)) == [made.id]
    assert Promotion.objects.get().uses == 1
    assert isinstance(refused(hotel, lambda: book(hotel, "bb")), errors.CodeNeeded)
    assert isinstance(refused(hotel, lambda: book(hotel, "bar", promotion_code=code)), errors.PromotionNotKnown)
    book(hotel, "bb", promotion_code=code)
    assert isinstance(refused(hotel, lambda: book(hotel, "bb", promotion_code=code)), errors.PromotionUsedUp)


def test_promotion_stay_can_be_lengthened_at_its_rate(hotel: TestHotel) -> None:
    made = book(hotel, "bb", promotion_code=promote(hotel))
    change = RoomChange(
        arrival=TODAY, departure=TODAY + timedelta(days=3), room_type="std", rate_plan="bb", adults=2
    )  # fmt: skip
    change_room(room_reservation_id=made.room_ids[0], change=change, **common(hotel))


@pytest.mark.parametrize(
    ("of", "refusal"),
    [
        ({"stay_from": TODAY + timedelta(days=1)}, errors.PromotionNotForStay),
        ({"stay_until": TODAY}, errors.PromotionNotForStay),
        ({"book_from": TODAY + timedelta(days=1)}, errors.PromotionNotKnown),
        ({"book_until": TODAY - timedelta(days=1)}, errors.PromotionNotKnown),
    ],
)
def test_promotion_outside_its_dates_is_refused(
    hotel: TestHotel, of: dict[str, date], refusal: type[DomainError]
) -> None:
    code = promote(hotel, **of)
    assert type(refused(hotel, lambda: book(hotel, "bb", promotion_code=code))) is refusal


def test_promotion_within_its_dates_to_the_day_is_taken_and_ends(hotel: TestHotel) -> None:
    last = TODAY + timedelta(days=1)
    code = promote(hotel, stay_from=TODAY, stay_until=last, book_from=TODAY, book_until=TODAY)
    book(hotel, "bb", promotion_code=code)
    end_promotion(promotion_id=Promotion.objects.get().pk, **common(hotel))
    assert isinstance(refused(hotel, lambda: book(hotel, "bb", promotion_code=code)), errors.PromotionNotKnown)
    with pytest.raises(NotFound):
        end_promotion(promotion_id=Promotion.objects.get().pk, **common(make_hotel()))


def test_promotion_impossible_is_refused_at_its_field(hotel: TestHotel) -> None:
    promote(hotel, "TAKEN123")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"code": "ABC"}, "code"), ({"code": "AB-CDEFG"}, "code"), ({"code": "码码码码码码"}, "code"),
        ({"code": "taken123"}, "code"), ({"name": " "}, "name"), ({"rate_plan": "bar"}, "rate_plan"),
        ({"rate_plan": "corp"}, "rate_plan"), ({"most_uses": 0}, "most_uses"),
        ({"stay_from": TODAY, "stay_until": TODAY - timedelta(days=1)}, "stay_until"),
    ]  # fmt: skip
    for of, field in cases:
        with pytest.raises(InvalidInput) as refusal, transaction.atomic():
            promote(hotel, **{"code": "GOOD1234"} | of)
        assert refusal.value.field == field, of
    assert Promotion.objects.count() == 1


def test_made_code_cannot_be_guessed_and_the_use_record_is_kept(hotel: TestHotel) -> None:
    codes = {promote(hotel, "", name=str(n)) for n in range(5)}
    assert len(codes) == 5
    assert {len(code) for code in codes} == {8}
    book(hotel, "bb", promotion_code=codes.pop())
    assert RatePlan.objects.get(pk=hotel.plans["bb"]).kind == "promotion"
    with pytest.raises(DatabaseError), transaction.atomic():
        db.execute("DELETE FROM reservations_promotionuse")


def test_tries_in_vain_are_stopped_even_for_the_right_code_until_the_quarter_is_over(hotel: TestHotel) -> None:
    code = promote(hotel)
    clerk = make_actor(hotel, [Permission.CREATE])

    def attempt(text: str, after: timedelta = timedelta(0), actor: Any = clerk) -> str:
        try:
            try_code(hotel_id=hotel.pk, code=text, actor=actor, now=NOW + after)
        except DomainError as refusal:
            return refusal.code
        return "ok"

    for _time in range(30):
        assert attempt(code) == "ok"
    assert [attempt(f"WRONG{n:03}") for n in range(MOST_WRONG)] == ["promotion_not_known"] * MOST_WRONG
    assert attempt("WRONG999") == attempt(code) == "too_many_tries"
    assert attempt(code, actor=make_actor(hotel, [Permission.CREATE], user_id=8)) == "ok"
    assert attempt(code, after=WINDOW) == "ok"


# ---------------------------------------------------------------- floors


def floored(hotel: TestHotel, plan: str, floor: int) -> None:
    set_base_price(rate_plan=plan, room_type="std", price=None, floor=Decimal(floor), **common(hotel))


def seller(hotel: TestHotel) -> Any:
    """Everything but going below a floor."""
    return make_actor(hotel, [right for right in Permission if right != Permission.BREAK_FLOOR])


def test_agreed_price_below_the_floor_is_refused_at_set_up_unless_a_manager_sets_it(hotel: TestHotel) -> None:
    organisation_id = company(hotel)
    floored(hotel, "corp", 330)
    asked: dict[str, Any] = {"rate_plan": "corp", "organisation_id": organisation_id, "amount": None}
    broken = refused(
        hotel, lambda: set_agreed_price(percent=Decimal(-20), **asked, **common(hotel, seller(hotel)))
    )  # fmt: skip
    # One person pays 380 under bar: 304 with 20 % off.
    assert (type(broken), broken.field) == (errors.FloorBroken, "percent")
    assert (broken.params["night"], broken.params["price"], broken.params["floor"]) == (TODAY, 304, 330)
    # Not a night that is painted lies within what was agreed.
    over = {"valid_until": TODAY - timedelta(days=1)}
    set_agreed_price(percent=Decimal(-20), **asked, **over, **common(hotel, seller(hotel)))
    set_agreed_price(percent=Decimal(-10), **asked, **common(hotel, seller(hotel)))
    set_agreed_price(percent=Decimal(-20), **asked, **common(hotel))
    told = db.fetch_value(
        "SELECT after->>'under_floor' FROM kernel_audit_entry WHERE operation = 'agreement.priced' ORDER BY id DESC"
    )
    assert told == "true"


def test_booking_an_agreed_price_below_the_floor_needs_the_right_too(hotel: TestHotel) -> None:
    organisation_id = company(hotel)
    set_agreed_price(rate_plan="corp", organisation_id=organisation_id, percent=Decimal(-20), amount=None,
                     **common(hotel))  # fmt: skip
    floored(hotel, "corp", 330)
    quoted = offered(hotel, "corp", organisation_id=organisation_id)
    assert (quoted.total, quoted.refusal, quoted.refusal_params["floor"]) == (640, "floor_broken", 330)
    assert offered(hotel, "corp", organisation_id=organisation_id, may_break_floor=True).refusal == ""
    asked = booking(rate_plan="corp", organisation_id=organisation_id)
    broken = refused(
        hotel, lambda: create_reservation(booking=asked, **common(hotel, seller(hotel)))
    )  # fmt: skip
    assert (type(broken), broken.field, broken.params["price"]) == (errors.FloorBroken, "rate_plan", 320)
    made = create_reservation(booking=asked, **common(hotel))
    told = db.fetch_value(
        "SELECT after->>'under_floor' FROM kernel_audit_entry WHERE subject = 'reservation' AND subject_id = %s",
        [made.id],
    )
    assert (made.total, told) == (640, "1")
    # Nights that are added are held against it; giving one up is not.
    who: dict[str, Any] = {"room_reservation_id": made.room_ids[0], **common(hotel, seller(hotel))}
    longer = RoomChange(
        room_type="std", rate_plan="corp", arrival=TODAY, departure=TODAY + timedelta(days=3), adults=2
    )  # fmt: skip
    assert isinstance(refused(hotel, lambda: change_room(change=longer, **who)), errors.FloorBroken)
    change_room(change=replace(longer, departure=TODAY + timedelta(days=1)), **who)


def test_members_and_promotions_below_the_floor_are_refused_and_plain_rates_are_not(hotel: TestHotel) -> None:
    assert sorted(kind for kind in PlanKind.values if kind > "e") == ["member", "negotiated", "promotion"]
    floored(hotel, "bb", 450)
    # A plain derived rate is held where its parent is painted, not here.
    assert offered(hotel, "bb").refusal == ""
    book(hotel, "bb")
    who = common(hotel, seller(hotel))
    members = refused(hotel, lambda: set_members_rate(rate_plan="bb", members_only=True, **who))
    code = PromotionInput(name="湖畔", rate_plan="bb", code="LAKE2026")
    promotion = refused(hotel, lambda: create_promotion(promotion=code, **who))
    assert [(type(one), one.field) for one in (members, promotion)] == [(errors.FloorBroken, "rate_plan")] * 2
    ahead = replace(code, stay_from=hotel.last_night + timedelta(days=1))
    create_promotion(promotion=ahead, **who)
    db.execute("UPDATE reservations_promotion SET stay_from = NULL")
    asked = booking(rate_plan="bb", promotion_code="LAKE2026")
    assert isinstance(refused(hotel, lambda: create_reservation(booking=asked, **who)), errors.FloorBroken)
    assert create_reservation(booking=asked, **common(hotel)).total == 880


def test_an_extra_bed_does_not_lift_a_price_over_its_floor(hotel: TestHotel) -> None:
    organisation_id = company(hotel)
    set_agreed_price(rate_plan="corp", organisation_id=organisation_id, percent=None, amount=None, **common(hotel))
    set_extras(rate_plan="corp", bed_price=Decimal(100), **common(hotel))
    floored(hotel, "corp", 350)
    quoted = offered(hotel, "corp", organisation_id=organisation_id, extra_beds=1)
    assert (quoted.total, quoted.refusal) == (880, "floor_broken")
