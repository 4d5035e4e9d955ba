"""The schema: its migrations, and texts that earlier releases stored unsealed."""
