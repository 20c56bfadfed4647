"""The board of 今日 put together: what is late first, what is next, figures with the days before behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from binzhi.frontdesk.today import queries
from binzhi.frontdesk.today.duties import open_duties
from binzhi.frontdesk.today.figures import Figures, figures_of
from binzhi.frontdesk.today.late import LateItem, late_items
from binzhi.frontdesk.today.moment import Moment
from binzhi.frontdesk.today.queries import Counters, NightAhead, TypeTonight
from binzhi.frontdesk.today.waiting import DueArrival, LateStay, due_arrivals, late_stays
from binzhi.frontdesk.wake_up.queries import alarms
from binzhi.kernel.ui.drawings import Hour
from binzhi.property.queries import HotelRef

# The hours a desk looks at; what happens outside them widens the drawing.
FIRST_HOUR, LAST_HOUR = 8, 22
# After midnight the open day is yesterday's: its hours are all past.
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, slots=True)
class Hours:
    """Arrivals and departures by hour; those nobody gave an hour for are counted beside the drawing."""

    columns: Sequence[Hour]
    arrivals: int
    departures: int
    arrivals_without_hour: int
    departures_without_hour: int


@dataclass(frozen=True, slots=True)
class Overbooked:
    """A type of which more rooms are sold tonight than there are, and where its guests could be lodged."""

    room_type: TypeTonight
    upgrades: Sequence[TypeTonight]


@dataclass(frozen=True, slots=True)
class TodayBoard:
    local_now: datetime
    business_date: date
    late: Sequence[LateItem]
    late_total: int
    late_stays: Sequence[LateStay]
    next_hour: Sequence[DueArrival]
    next_total: int
    vips: Sequence[DueArrival]
    vip_total: int
    counters: Counters
    figures: Figures
    free_tonight: int
    ahead: Sequence[NightAhead]
    overbooked: Sequence[Overbooked]
    room_states: Mapping[str, int]
    hours: Hours

    @property
    def rooms(self) -> int:
        return sum(self.room_states.values())


def today_board(*, hotel: HotelRef, now: datetime) -> TodayBoard:
    """Everything on 今日 for one hotel, in nine statements."""
    moment = Moment(
        hotel_id=hotel.pk,
        business_date=hotel.business_date,
        local_now=hotel.local(now).replace(tzinfo=None, second=0, microsecond=0),
        timezone=hotel.timezone,
        check_in_time=hotel.check_in_time,
        check_out_time=hotel.check_out_time,
        hold_until=hotel.hold_until,
    )
    counters = queries.counters(moment)
    types = queries.types_tonight(moment)
    stays = late_stays(moment)
    arrivals = due_arrivals(moment)
    coming = [row for row in arrivals if row.kind == "next"]
    vips = [row for row in arrivals if row.kind == "vip"]
    late, late_total = late_items(moment, hotel.code, stays, arrivals, open_duties(moment), alarms(hotel_id=hotel.pk))
    return TodayBoard(
        local_now=moment.local_now,
        business_date=moment.business_date,
        late=late,
        late_total=late_total,
        late_stays=stays,
        next_hour=coming,
        next_total=coming[0].total if coming else 0,
        vips=vips,
        vip_total=vips[0].total if vips else 0,
        counters=counters,
        figures=figures_of(moment, counters, types, queries.closed_days(moment)),
        free_tonight=sum(row.free for row in types),
        ahead=queries.nights_ahead(moment),
        overbooked=_overbooked(types),
        room_states=queries.room_states(moment),
        hours=_hours(moment, queries.hours(moment)),
    )


def _overbooked(types: Sequence[TypeTonight]) -> list[Overbooked]:
    return [
        Overbooked(short, sorted((t for t in types if t.rank > short.rank and t.free), key=lambda t: t.rank))
        for short in types
        if short.over
    ]


def _hours(moment: Moment, rows: Sequence[queries.Hour]) -> Hours:
    """One column per hour from the first to the last that matters; departures count in the hour they happen."""
    known = {row.hour: row for row in rows if row.hour is not None}
    unknown = next((row for row in rows if row.hour is None), None)
    first = min([FIRST_HOUR, *known])
    last = max([LAST_HOUR, *known])
    same_day = moment.local_now.date() == moment.business_date
    clock = moment.local_now.time() if same_day else LAST_MINUTE
    columns = []
    for hour in range(first, last + 1):
        row = known.get(hour)
        when = "now" if same_day and hour == clock.hour else "past" if hour <= clock.hour else "to-come"
        columns.append(
            Hour(
                hour=hour,
                arrivals=row.arrived + row.to_arrive if row else 0,
                departures=row.departed if row else 0,
                when=when,
            )
        )
    return Hours(
        columns=columns,
        arrivals=sum(row.arrived + row.to_arrive for row in rows),
        departures=sum(row.departed + row.to_depart for row in rows),
        arrivals_without_hour=unknown.to_arrive if unknown else 0,
        departures_without_hour=unknown.to_depart if unknown else 0,
    )
