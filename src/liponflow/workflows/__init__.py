"""Campaigns: jobflow Makers and Flows that wire structures, engines and analysis."""
