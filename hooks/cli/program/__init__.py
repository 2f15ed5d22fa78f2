"""How the program starts and ends, its list of commands, help and completion."""
