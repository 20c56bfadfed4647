"""What the house knows of a guest beyond the file's own columns: fields, birthdays, circle, warnings."""
