"""Guests in the house as those who serve them need to know them; what is learnt and what follows, joined to stays."""
