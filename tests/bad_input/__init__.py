"""A corpus of bad input, with what must become of each: `python -m tests.bad_input`."""
