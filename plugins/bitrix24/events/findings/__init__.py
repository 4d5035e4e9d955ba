"""Findings: what a reading of a portal shows, what is remembered of it, and what of that is told."""
