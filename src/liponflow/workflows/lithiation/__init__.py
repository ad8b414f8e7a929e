"""The lithiation campaign."""
