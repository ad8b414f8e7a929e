"""Interfaces in trajectories: what forms, against time and depth."""
