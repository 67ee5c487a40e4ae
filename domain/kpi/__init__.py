"""Every figure is computed from facts alone: the same facts always give the same figures, to the cent."""
