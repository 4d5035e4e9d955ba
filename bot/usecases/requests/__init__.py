"""Requests: from a typed line to a plan, a change request, its reviews, and its end without a run."""
