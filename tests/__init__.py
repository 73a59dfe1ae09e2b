"""Tests of the project, and the worlds of labelled logs they run on."""
