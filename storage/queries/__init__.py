"""Reads: every function takes a connection and returns typed values."""
