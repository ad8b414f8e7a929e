"""Glasses: trajectories, structure in numbers, properties, and the results that hold them."""
