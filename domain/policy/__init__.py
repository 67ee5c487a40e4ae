"""The process as a typed document, and the pure functions that turn it into terms, seats, classes and assignees."""
