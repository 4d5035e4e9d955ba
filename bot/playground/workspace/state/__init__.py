"""The state of the workspace: people, channels, messages, tokens, limits and faults."""
