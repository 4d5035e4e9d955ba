"""How a portal is doing: what it last said of the application, what it refuses, and what people are warned of."""
