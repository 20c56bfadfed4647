"""Rooms that cost nothing, by a reason and a second person leave: free rooms (免费房) and house use (自用房)."""
