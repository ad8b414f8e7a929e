"""Transport of ions, measured in trajectories."""
