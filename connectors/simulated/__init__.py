"""Vendors that exist only here: the demo and the tests use them, and they fail when told to."""
