"""Languages: messages are put into the words of whoever reads them."""
