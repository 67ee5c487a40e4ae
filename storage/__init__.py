"""LTC's own tables: one function is one transaction, and no balance is stored."""
