"""The chat as the use cases know it: what can be said there, at what pace, and why something did not get out."""
