"""Steps of the pipeline beside the tools that others use for them."""
