"""Files that may be one person's: found, weighed with reasons in words, decided by people."""
