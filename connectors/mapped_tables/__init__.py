"""Files of other systems, read as a map says: which column holds what, and how days and amounts are written."""
