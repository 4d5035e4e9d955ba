"""How tests and the playground read and change the workspace, in Python and over HTTP."""
