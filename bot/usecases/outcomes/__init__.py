"""Outcomes: how a change request ends, what its card offers next, and how people settle an unknown outcome."""
