"""The scan over compositions: glass and stability of each, side by side."""
