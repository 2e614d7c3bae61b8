"""Tools for authors of runtime programs: scaffold, check, run, build, publish."""
