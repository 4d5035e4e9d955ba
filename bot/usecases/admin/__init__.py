"""The built-in commands: help, status, the allow-list, freezing, and looking at requests and the audit log."""
