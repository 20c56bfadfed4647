"""Guest files out of a table: read, mapped, tried, taken over, and taken back."""
