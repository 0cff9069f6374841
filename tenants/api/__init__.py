"""What the REST API of every floor has in common. The framework imports parts of it early, so nothing stands here."""
