"""The desk's reads: boards of the day, the rack, one room, one stay, rooms that could be given."""
