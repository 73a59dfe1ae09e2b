"""The pipeline at scale: worlds of up to 33 million requests, and what they cost."""
