"""The client: single calls and bulk reads, paced, repeated only where that is safe."""
