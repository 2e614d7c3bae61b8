"""How much of a backend a program asks for, and whether that is within its budget."""
