"""What the commands that stay running share: how they are told to stop, and the ports they listen on."""
