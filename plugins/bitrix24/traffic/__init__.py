"""Traffic: rate limits, circuit breakers and connections that the calls of a process share."""
