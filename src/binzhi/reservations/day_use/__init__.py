"""Rooms sold by the hour (钟点房): terms and prices, hours sold for the same day, overtime."""
