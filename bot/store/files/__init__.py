"""Files beside the database and checks of it: backups, restores, the witness file, the verified head."""
