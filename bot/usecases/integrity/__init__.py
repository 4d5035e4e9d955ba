"""Integrity: the audit log, the witness file and the allow-list are checked, and what fails limits the bot."""
