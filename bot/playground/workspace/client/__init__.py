"""Slack's client: what people do in it, and how that reaches the app."""
