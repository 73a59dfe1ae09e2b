"""Writers of a world's logs, one per log format."""
