"""Credentials and tokens: stored, refreshed once per generation, and kept from running out."""
