"""Findings: what somebody changed on a portal, as rows of a table with the words that tell it."""
