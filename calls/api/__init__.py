"""The telephone's part of the REST API."""
