"""The voice agents: composed from the rows of a business, kept in versions, published at the platform."""
