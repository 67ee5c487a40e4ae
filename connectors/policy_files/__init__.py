"""A policy's files are read here, checked as a whole, and named by their content."""
