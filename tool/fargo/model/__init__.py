"""The vocabulary: frozen data and pure functions. Stdlib only, no I/O, no clock."""
