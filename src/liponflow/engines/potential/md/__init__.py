"""Molecular dynamics that a kill cannot undo: streamed trajectories, checkpoints, bit for bit."""
