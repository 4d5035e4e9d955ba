"""Hosts: which addresses the bot may talk to, and by which certificates."""
