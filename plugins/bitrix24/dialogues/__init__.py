"""Dialogues of customers with the lines of a portal: counted from its events, and the best of several counts."""
