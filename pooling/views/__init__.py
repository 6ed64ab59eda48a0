"""The pages of pooling."""
