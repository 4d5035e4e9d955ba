"""The engine: the storage port, and SQLite behind it."""
