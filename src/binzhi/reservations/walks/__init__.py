"""Walking guests (外送): when more come than there are rooms, whom to house elsewhere, how, and what it cost."""
