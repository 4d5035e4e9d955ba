"""Commands that no group declares: those of the terminal alone, and those that a button of a card does."""
