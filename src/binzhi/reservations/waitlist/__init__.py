"""The waitlist (候补): who wants nights that are not to be had, and gets them offered when they come free."""
