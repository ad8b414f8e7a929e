"""Profiles of elements in files of line scans."""
