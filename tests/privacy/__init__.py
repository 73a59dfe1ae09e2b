"""What of the logs reaches the published tables."""
