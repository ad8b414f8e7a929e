"""The report: every published number and figure beside what the results give."""
