"""The commands of the terminal, a module each. Importing one of them costs nothing for the others."""
