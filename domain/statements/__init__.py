"""Bank statements: what a bank says happened on an account, and what of it may be believed."""
