"""Replicas: the processes that share a database, and what only one of them does at a time."""
