"""Servers that LTC starts itself, for ``./ltc up`` and for tests; production has its own."""
