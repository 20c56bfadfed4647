"""Cashier shifts: who had which drawer, what went through it, what was counted, who took it over."""
