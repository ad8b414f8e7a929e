"""The interface campaign, and the measurement of interfaces in trajectories."""
