"""A PostgreSQL server for tests, and what cuts the connection to it."""
