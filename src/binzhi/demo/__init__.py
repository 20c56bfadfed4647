"""The demo hotel 宾至·湖畔酒店: everything in it is invented, and made through the real services."""

from binzhi.demo.loader import DemoSummary, Size, is_loaded, load
from binzhi.demo.staff import logins

__all__ = ["DemoSummary", "Size", "is_loaded", "load", "logins"]
