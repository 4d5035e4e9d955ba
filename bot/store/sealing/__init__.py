"""Encryption at rest: the keys, and texts that are sealed where they are stored."""
