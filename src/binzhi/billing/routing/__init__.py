"""Routing: which window a charge lands in, decided by rules of the bill when it is posted."""
