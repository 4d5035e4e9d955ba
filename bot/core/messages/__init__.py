"""Messages: what comes in from people, and what is said to them, as values."""
