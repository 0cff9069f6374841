"""The REST API's view of the diary and of those who come."""
