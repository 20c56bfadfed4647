"""Screens of the guest file."""
