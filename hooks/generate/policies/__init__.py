"""ValidatingAdmissionPolicies, the one that mutates, and the webhooks' configurations."""
