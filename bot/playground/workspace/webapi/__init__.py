"""Slack's Web API, and the addresses that answers are posted to."""
