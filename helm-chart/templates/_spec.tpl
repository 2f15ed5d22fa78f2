{{- /* The spec of the InstanaAgent as it stands in the values: all of them but the chart's own. */}}
{{- define "instana-agent.givenSpec" -}}
{{- $spec := omit .Values "controller" "enabled" "global" | deepCopy }}
{{- $places := include "instana-agent.placesOfTexts" . | fromYaml }}
{{- range $places.ports }}{{ include "instana-agent.numberToText" (list $spec . "^") }}{{ end }}
{{- range $places.quantities }}{{ include "instana-agent.numberToText" (list $spec . "[.]") }}{{ end }}
{{- range $places.variables }}{{ include "instana-agent.numberToText" (list $spec . ".") }}{{ end }}
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

{{- /* Fails if a value has the shape of another field, and says where it belongs. */}}
{{- define "instana-agent.refuseMisshapen" -}}
{{- $refused := list }}
{{- range include "instana-agent.misshapen" . | fromJsonArray }}
{{- if regexMatch .begins (include "instana-agent.valueAt" (dict "within" $.Values "path" .path)) }}
{{- $refused = append $refused (printf "* %s: %s" (join "." .path) .says) }}
{{- end }}
{{- end }}
{{- if $refused }}
{{- fail (printf "values of the wrong type (see docs/api.md):\n%s\n" (join "\n" $refused)) }}
{{- end }}
{{- end }}

{{- /* Fails if the value of a variable is one of which no text can be made as it was written: Helm
reads 1000000 as 1e+06. The values themselves may be secret. */}}
{{- define "instana-agent.refuseLossyVariables" -}}
{{- $refused := list }}
{{- range $place := (include "instana-agent.placesOfTexts" . | fromYaml).variables }}
{{- $variables := $.Values }}
{{- range initial $place }}{{ $variables = get $variables . | default dict }}{{ end }}
{{- range $name, $value := $variables }}
{{- $is := dict "map" "a map" "slice" "a list" | dig (kindOf $value) "a number that Helm would change" }}
{{- if not (or (kindIs "string" $value) (kindIs "invalid" $value) (regexMatch `^(true|false|-?[0-9]+|-?[0-9]{1,6}[.][0-9]{1,9})$` (toString $value))) }}
{{- $refused = append $refused (printf "* %s.%s: is %s" (initial $place | join ".") $name $is) }}
{{- end }}
{{- end }}
{{- end }}
{{- if $refused }}
{{- fail (printf "values of variables that are not strings: put them in quotes, or use --set-string, with `\\,` for a comma and `\\.` for a dot in a name:\n%s\n" (join "\n" $refused)) }}
{{- end }}
{{- end }}

{{- /* What is to be said of secrets in the values, a list as JSON; never a value of them. */}}
{{- define "instana-agent.secretsInValues" -}}
{{- $said := list }}
{{- if ne .Values.controller.inlineSecrets "Allow" }}
{{- range include "instana-agent.inlineSecrets" . | fromJsonArray }}
{{- if include "instana-agent.isGiven" (list $.Values .path) }}{{ $said = append $said (printf "%s: %s." .name .says) }}{{ end }}
{{- end }}
{{- end }}
{{- toJson $said }}
{{- end }}

{{- /* Whether a text that is not empty is at a place, where `[]` is every item of a list. */}}
{{- define "instana-agent.isGiven" -}}
{{- $inside := index . 0 }}
{{- $path := index . 1 }}
{{- if not $path }}{{ if $inside }}true{{ end }}
{{- else if kindIs "slice" $inside }}{{ range $inside }}{{ include "instana-agent.isGiven" (list . (rest $path)) }}{{ end }}
{{- else if kindIs "map" $inside }}{{ include "instana-agent.isGiven" (list (get $inside (first $path)) (rest $path)) }}
{{- end }}
{{- end }}
