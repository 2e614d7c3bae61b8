"""The pytest plugin of program projects."""
