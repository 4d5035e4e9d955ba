"""Forms of commands: opened for a line that is not complete, and read back as the line that was meant."""
