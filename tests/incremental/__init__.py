"""Incremental equals full, on drawn histories: `python -m tests.incremental`."""
