"""The overview of one person: what waits for them, what they asked for, the places and their health, what is next."""
