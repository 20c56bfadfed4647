"""The replay: a file of real bookings run through the real services, day by day."""
