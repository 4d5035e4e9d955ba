"""The policy table of a deployment: rows that narrow what the built-in policy allows."""
