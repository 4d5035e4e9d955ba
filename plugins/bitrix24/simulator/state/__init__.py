"""The state of the simulated portal: its tables, clock, tokens, limits and faults."""
