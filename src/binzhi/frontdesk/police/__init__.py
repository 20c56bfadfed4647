"""Reports to the police: queued with the check-in, handed over by a regional adapter, never forgotten."""
