"""Analysis of stability: phase diagrams, windows, interfaces and their result."""
