"""Input sets and the published parameters, each with its citation."""
