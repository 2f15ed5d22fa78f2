{{- /* Made from deploy/base/deployment.yaml by `make generate`: what each term requires. */}}
{{- define "instana-agent.nodeRequirements" -}}
- {"key":"kubernetes.io/os","operator":"In","values":["linux"]}
- {"key":"kubernetes.io/arch","operator":"In","values":["amd64","arm64","ppc64le","s390x"]}
{{- end }}
