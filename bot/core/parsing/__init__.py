"""Parsing: a typed line as words, as a command with its arguments, and as the record keeps it."""
