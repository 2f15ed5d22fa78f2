{{- /* Generated from hooks/generate/chart/templates/_node-requirements.tpl by `make generate`. */}}
{{- /* What each term of the affinity requires. */}}
{{- define "instana-agent.nodeRequirements" -}}
- {key: kubernetes.io/os, operator: In, values: [linux]}
# The architectures that the image is built for.
- {key: kubernetes.io/arch, operator: In, values: [amd64, arm64, ppc64le, s390x]}
{{- end }}
