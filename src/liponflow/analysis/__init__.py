"""Analysis of results: pure functions and result models with units."""
