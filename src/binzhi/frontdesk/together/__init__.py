"""同住与联房: several guests who share a room and its price, several rooms that come, go and pay together."""
