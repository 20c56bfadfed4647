"""Chips every hotel begins with: data, which it makes its own; and the cases the house is trained by."""
