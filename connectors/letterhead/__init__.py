"""The letterheads of the legal entities."""
