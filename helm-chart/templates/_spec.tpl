{{- /* The spec of the InstanaAgent as it stands in the values: all of them but the chart's own. */}}
{{- define "instana-agent.givenSpec" -}}
{{- $spec := omit .Values "controller" "enabled" "global" | deepCopy }}
{{- range (include "instana-agent.placesOfTexts" . | fromYaml).places }}
{{- include "instana-agent.numberToText" (list $spec .) }}
{{- end }}
{{- toYaml $spec }}
{{- end }}

{{- /* Changes a number at the place into the text that it is in the resource. */}}
{{- define "instana-agent.numberToText" -}}
{{- $inside := index . 0 }}
{{- $step := index . 1 | first }}
{{- $rest := index . 1 | rest }}
{{- if and (kindIs "slice" $inside) $rest }}
{{- range $inside }}{{ include "instana-agent.numberToText" (list . $rest) }}{{ end }}
{{- else if kindIs "map" $inside }}
{{- range $name := eq $step "*" | ternary (keys $inside) (list $step) }}
{{- $part := get $inside $name }}
{{- if $rest }}
{{- include "instana-agent.numberToText" (list $part $rest) }}
{{- else if not (or (kindIs "string" $part) (kindIs "invalid" $part)) }}
{{- $_ := set $inside $name (toJson $part) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
