"""The full-screen monitor. Textual is imported in here alone, and this only by `fargo monitor`."""
