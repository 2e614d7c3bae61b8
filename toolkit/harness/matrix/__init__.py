"""One program on several backends: its numbers with their standard errors."""
