"""What is said and recorded of a change request, queued in the transaction of what happened."""
