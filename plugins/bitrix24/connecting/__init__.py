"""Connecting a portal: links, install calls and what is pasted, up to credentials that are proved."""
