"""The protocols that come with the house: data, which a hotel makes its own."""
