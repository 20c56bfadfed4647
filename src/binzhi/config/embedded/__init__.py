"""The PostgreSQL server that comes with Binzhi. Importing this starts nothing."""

from __future__ import annotations

from binzhi.config.embedded.errors import ClusterError
from binzhi.config.embedded.places import database_url

__all__ = ["ClusterError", "database_url"]
