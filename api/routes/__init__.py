"""One file per noun: routes translate requests to commands and reads; they decide nothing."""
