"""The glass campaign."""
