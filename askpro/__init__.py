"""Floor 6: wiring. Nobody imports this floor."""
