"""PostgreSQL: the second engine behind the storage port, its connections, its schema, and its faults."""
