"""What somebody of the house saw or was told of a guest, noted in a few presses."""
