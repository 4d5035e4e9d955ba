"""HTTP: requests and answers as values, and the one place that sends."""
