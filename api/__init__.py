"""The HTTP edge: it authenticates, translates and asks; every decision is made further in."""
