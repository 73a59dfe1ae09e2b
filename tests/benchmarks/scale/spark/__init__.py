"""What each step does on Spark: its time, its shuffles and the keys it splits by."""
