"""Labelled logs of a simulated model API: benign customers and campaigns among them."""
