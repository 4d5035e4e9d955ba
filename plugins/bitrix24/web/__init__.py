"""What comes in from a portal or a browser, and its answers."""
