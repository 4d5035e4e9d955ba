"""The files and folders of this host: which there are, who may read them, and one process at a time."""
