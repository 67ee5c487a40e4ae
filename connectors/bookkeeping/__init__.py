"""The books in the forms of other programs."""
