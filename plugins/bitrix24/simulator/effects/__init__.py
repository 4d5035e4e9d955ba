"""What methods do to the portal: connectors on lines, dialogs and events."""
