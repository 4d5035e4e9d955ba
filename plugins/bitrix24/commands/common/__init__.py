"""What several commands use: preconditions, arguments, tables, and plans of undoing."""
