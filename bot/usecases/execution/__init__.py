"""Execution: run an approved change request, and find out what became of one that was cut short."""
