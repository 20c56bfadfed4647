"""The card by which staff know a guest: the name to use, what to do, what to avoid."""
