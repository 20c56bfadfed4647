"""What every screen shares: navigation, preferences, search, parts of pages, formats and small drawings."""
