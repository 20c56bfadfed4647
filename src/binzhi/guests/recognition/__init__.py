"""What staff need to know of a guest they meet, and who else knows it: hooks for the rest of the guest file."""
