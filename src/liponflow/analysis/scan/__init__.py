"""Scans over compositions: one row per composition, and what can be ranked."""
