"""The language protocols are written in: YAML in, frozen dataclasses out, every mistake with its line."""
