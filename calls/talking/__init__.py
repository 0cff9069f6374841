"""Our own engine: what is said on the telephone when no language model of the platform speaks."""
