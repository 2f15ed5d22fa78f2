"""What the children are made from: the resource, and what was observed of its surroundings."""
