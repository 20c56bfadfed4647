"""Registering as the law asks: who stays, foreigners and minors among them, visitors, the card that is signed."""
