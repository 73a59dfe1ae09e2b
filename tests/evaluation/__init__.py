"""How well the product judges labelled worlds, and how well its peers do."""
