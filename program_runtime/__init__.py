"""Everything that is present when a runtime program runs or is called."""
