"""What more people cost: extra beds and children by their age, as data of each rate."""
