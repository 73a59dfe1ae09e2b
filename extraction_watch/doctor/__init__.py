"""`make doctor`: what is missing or misconfigured, one line for each thing.

Runs before anything is installed: only what looks at a warehouse or at logs imports
packages, and says so where they are missing.
"""
