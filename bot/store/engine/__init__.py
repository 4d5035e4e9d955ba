"""The engine: the storage port, SQLite behind it, folders and permissions, and one process at a time."""
