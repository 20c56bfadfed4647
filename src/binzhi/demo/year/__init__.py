"""A year of a hotel of two hundred rooms, lived through the real services; what its books then say is proved."""
