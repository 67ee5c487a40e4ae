"""Bank statement files, read as the banks write them; what they mean is decided in ``domain/statements``."""
