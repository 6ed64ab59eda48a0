"""The pages of the registry. Each checks who may open it, reads forms, calls one service, shows."""
