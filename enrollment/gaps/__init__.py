"""What was not reported (漏报): silent employers, workers whose months broke off, and what was done about it."""
