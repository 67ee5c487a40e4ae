"""The electronic invoice as EN 16931 means it: typed, exact to the cent, and free of any XML."""
