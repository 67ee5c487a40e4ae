"""The tables, one file per concern; `storage.tables.catalogue` knows them all."""
