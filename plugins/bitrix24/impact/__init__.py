"""What a removal or a deactivation of a connector would hurt, in numbers."""
