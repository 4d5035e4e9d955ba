"""Decisions: values and pure functions. No input or output of any kind lives here."""
