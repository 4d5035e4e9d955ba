"""The audit log as values: records, their chain, their sentences, and exports."""
