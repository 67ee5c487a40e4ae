"""Writes: every public method is one transaction that a repeat cannot double."""
