"""What runs and readers bear: kills, shortages, publications under readers' eyes."""
