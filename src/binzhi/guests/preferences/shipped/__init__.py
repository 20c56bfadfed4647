"""The catalogue of wishes, and what sightings and sentences mean: data."""
