"""How a PHP server reads requests and writes answers."""
