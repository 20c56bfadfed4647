"""To which row a sealed value belongs: copied into another one it does not open."""

from __future__ import annotations


def key_place(link_id: int) -> str:
    return f"frontdesk_policelink.key:{link_id}"


def content_place(report_id: int) -> str:
    return f"frontdesk_policereport.content:{report_id}"
