"""Repositories: one module for each kind of row. All SQL about rows lives here."""
