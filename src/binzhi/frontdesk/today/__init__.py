"""今日: what is late, what is next, the day's figures."""
