"""Jobflow Makers and Flows that only wire; engines and runners."""
