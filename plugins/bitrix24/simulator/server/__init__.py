"""From an HTTP request to its answer: dispatch, batches, and the authorisation server."""
