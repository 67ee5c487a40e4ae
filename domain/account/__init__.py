"""The receivables of one customer in one currency: receipts, disputes, promises and the dunning case."""
