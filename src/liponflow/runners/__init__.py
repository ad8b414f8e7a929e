"""Runners: where and how the jobs of a flow are executed."""
