"""Money owed: documents, matching, allocation, credit and the dunning ladder, pure over what the ledger holds."""
