"""Commissions of agencies: counted from posted room revenue after departure, paid or waived once."""
