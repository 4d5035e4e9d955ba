"""A second engine, as small as one can be: rows in memory, named values, functions of other names."""
