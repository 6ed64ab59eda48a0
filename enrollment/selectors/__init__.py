"""What pages, files and upper floors read of the registry, in the active scope."""
