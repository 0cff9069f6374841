"""How the REST API is described."""
