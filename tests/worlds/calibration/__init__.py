"""Fits the weights of links and signals on labelled worlds.

`capped_logistic` is the model; `link_weights` and `signal_weights` are the two fits,
pure functions from arrays to weights. `observations` reads their arrays from a built
world, `building` builds worlds, `seeds` reads and writes the pipeline's weights.
"""
