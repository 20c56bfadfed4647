"""Which nights lead into a free day: China's public holidays and make-up workdays, as the hotel sees them."""

from binzhi.reservations.calendar.days import DayKind, HotelDay, NightKind, days_of, nights_of

__all__ = ["DayKind", "HotelDay", "NightKind", "days_of", "nights_of"]
