"""Business time is real time plus the sum of all jumps, which is kept with the data; nothing else computes it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from storage.operations.edge import meta

CLOCK_OFFSET = "clock_offset_s"
"""Names the sum of all jumps in seconds."""


def clock_offset_s(connection: Connection) -> float:
    """Return by how many seconds business time is ahead: what a deal or account that starts now adds to its clock."""
    return float(meta(connection, CLOCK_OFFSET, "0"))


def business_time(connection: Connection, now: datetime) -> datetime:
    """Return the business time at a real time."""
    return now + timedelta(seconds=clock_offset_s(connection))
