{{- /* The spec of the InstanaAgent, and what becomes of values of earlier charts. */}}

{{- define "instana-agent.spec" -}}
{{- include "instana-agent.givenSpec" . }}
{{- end }}

{{- define "instana-agent.existingValuesNotes" -}}
{{- end }}

{{- define "instana-agent.refuseMovedValues" -}}
{{- end }}
