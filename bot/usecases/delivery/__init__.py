"""Delivery: what waits in the outbox gets to Slack, at the pace of each channel, once."""
