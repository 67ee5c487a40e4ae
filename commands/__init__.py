"""One module per command; each has an ``app`` with the command and is imported only when it is called."""
