"""Figures of results: a result in, a matplotlib Figure out."""
