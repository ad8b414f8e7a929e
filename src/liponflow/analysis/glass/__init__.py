"""Analysis of glasses: structure, properties and their results."""
