"""Connectors as values: what the portal tells of them, and what our own record says."""
