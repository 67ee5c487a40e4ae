"""Calendars are compiled from a package here, once, into data; nothing else asks the package for a date."""
