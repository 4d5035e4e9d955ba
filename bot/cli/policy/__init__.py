"""The policy table at the terminal."""
