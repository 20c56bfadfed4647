"""What happens in the house, told to open screens as it happens: one small process beside the web server."""
