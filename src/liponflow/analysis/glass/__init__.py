"""Analysis of glasses: trajectories, structure, properties and their results."""
