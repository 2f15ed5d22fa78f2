{{- /* What each term of the affinity requires. */}}
{{- define "instana-agent.nodeRequirements" -}}
@from deploy/base/deployment.yaml /spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/*
{{- end }}
