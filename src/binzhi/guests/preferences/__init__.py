"""What observations mean, how the house comes to believe it, and what follows from it."""
