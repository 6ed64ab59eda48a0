"""The public pension estimate (养老金估算): for a person who knows nothing; nothing is stored."""
