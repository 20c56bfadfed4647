"""Refusals of this context, one class each."""

from __future__ import annotations
