"""What a board says when nothing changed."""

from __future__ import annotations

from binzhi.kernel.ui.boards import HEADER, is_known, version_of

__all__ = ["HEADER", "is_known", "version_of"]
