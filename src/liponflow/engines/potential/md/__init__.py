"""Molecular dynamics that survives a kill, with streamed trajectories and exact checkpoints."""
