"""房态日历: rooms × nights read in a few statements, and what a bar that is moved asks of the house."""
