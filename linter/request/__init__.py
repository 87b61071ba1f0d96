"""Where a planned call goes and what it is about, read from its URL alone."""
