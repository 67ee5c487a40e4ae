"""What the Chinese tax office wants of an invoice (数电票); issuing it is the work of a connector."""
