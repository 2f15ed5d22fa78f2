"""What the API server asks of the parts of a pod that a user writes, before it stores them.

The facts are those of k8s.io/kubernetes `pkg/apis/core/validation` (v1.36); where older versions
ask for more, the modules name the version. Each part is a `Check`: it finds what is wrong with a
value, and says as much of that as a schema can. Types are not its business: of a value of another
type than Kubernetes has there it finds nothing.
"""
