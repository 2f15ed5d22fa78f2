"""What is done to all children, in order, after they are made."""
