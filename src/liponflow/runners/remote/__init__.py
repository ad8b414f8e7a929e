"""Clusters through jobflow-remote: its projects, queue, workers and jobs."""
