"""Frames of trajectories in files of any origin."""
