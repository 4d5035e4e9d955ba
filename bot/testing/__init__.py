"""For authors of plugins: what their tests need of the host, built from the real thing."""
