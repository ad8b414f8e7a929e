"""Molecular dynamics of one structure in stages, as campaigns use it."""
