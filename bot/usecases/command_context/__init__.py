"""What a command comes with: who asks, the place that it is about, and the delivery that brought it."""
