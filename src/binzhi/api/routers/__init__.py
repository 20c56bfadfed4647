"""Routers by context; each parses, calls one service or query, and answers."""
