{{- /* The spec of the InstanaAgent as it stands in the values: all of them but the chart's own. */}}
{{- define "instana-agent.givenSpec" -}}
{{- $spec := omit .Values "controller" "enabled" "global" | deepCopy }}
{{- $places := include "instana-agent.placesOfTexts" . | fromYaml }}
{{- range $places.ports }}{{ include "instana-agent.numberToText" (list $spec . "^") }}{{ end }}
{{- range $places.quantities }}{{ include "instana-agent.numberToText" (list $spec . "[.]") }}{{ end }}
{{- toYaml $spec }}
{{- end }}

{{- /* Changes a number at the place into a text, if it is written in that form. */}}
{{- define "instana-agent.numberToText" -}}
{{- $inside := index . 0 }}
{{- $step := index . 1 | first }}
{{- $rest := index . 1 | rest }}
{{- $form := index . 2 }}
{{- if and (kindIs "slice" $inside) $rest }}
{{- range $inside }}{{ include "instana-agent.numberToText" (list . $rest $form) }}{{ end }}
{{- else if kindIs "map" $inside }}
{{- range $name := eq $step "*" | ternary (keys $inside) (list $step) }}
{{- $part := get $inside $name }}
{{- if $rest }}
{{- include "instana-agent.numberToText" (list $part $rest $form) }}
{{- else if and (not (kindIs "string" $part)) (not (kindIs "invalid" $part)) (regexMatch $form (toJson $part)) }}
{{- $_ := set $inside $name (toJson $part) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
