"""Conditions of booking: what cancelling costs from when on, what deposit is asked for, and who owes one."""
