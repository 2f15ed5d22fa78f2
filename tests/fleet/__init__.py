"""Many agents on a cluster of one's own: what they cost, and what survives when programs end."""
