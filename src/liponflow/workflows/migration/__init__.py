"""The migration campaign."""
