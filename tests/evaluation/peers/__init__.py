"""Detectors of other makers, or after their papers, on the same logs."""
