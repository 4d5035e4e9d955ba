"""Redaction: secrets and unsafe characters kept out of what is shown or stored."""
