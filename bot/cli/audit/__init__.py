"""The audit log at the terminal: what it says, whether it is whole, and its archives."""
