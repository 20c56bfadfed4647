"""Privacy: consents by purpose, looks into files, how long data stays, what a guest may ask for."""
