"""Events: what happens on a portal without us, noticed, read back with our own tokens, and told once."""
