"""Keys and sealed things. Knows nothing of cases, law or pages."""
