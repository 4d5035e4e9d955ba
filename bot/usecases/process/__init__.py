"""The owners of what one process knows for as long as it runs. Another process learns it anew."""
