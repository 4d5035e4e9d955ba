"""Authority: whether these people may ask for, approve and see this, as of now."""
