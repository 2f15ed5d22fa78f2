"""What the API server requires of the parts of a pod that a user writes, before it stores them.

The facts are those of k8s.io/kubernetes `pkg/apis/core/validation` (v1.36); where older versions
require more, the modules name the version. Each part has a `Check`, which finds the problems of a
value, and describes as much of them as a JSON schema can. A check ignores types: in a value of
another type than Kubernetes has there it finds nothing.
"""
