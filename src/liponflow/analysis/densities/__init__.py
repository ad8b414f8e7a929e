"""Projected densities of states, from the files that hold them."""
