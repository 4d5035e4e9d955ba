"""Socket Mode: connections that the bot opens itself."""
