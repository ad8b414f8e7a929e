"""Estimates of what a flow will cost."""
