{{/*
The spec of the resource: the values without what is null, and with those of Instana's own chart in
the form that the resource has for them.
*/}}
{{- define "instana-agent.spec" -}}
{{- $spec := include "instana-agent.givenSpec" . | fromYaml -}}
{{- $free := include "instana-agent.existingValues.free" . | fromJsonArray -}}
{{- include "instana-agent.withoutNulls" (dict "within" $spec "path" list "free" $free) -}}
{{- range include "instana-agent.existingValues.formed" . | fromJsonArray -}}
{{- include "instana-agent.formed" (dict "within" $spec "path" .path "form" .form) -}}
{{- end -}}
{{- toYaml $spec -}}
{{- end -}}

{{/*
A line for each value of Instana's own chart that has no effect here, or has one only here.
*/}}
{{- define "instana-agent.existingValuesNotes" -}}
{{- $values := .Values -}}
{{- range $row := include "instana-agent.existingValues.noted" . | fromJsonArray -}}
{{- $given := include "instana-agent.valueAt" (dict "within" $values "path" .path) -}}
{{- $said := and (ne $given "null") (ne $given .usual) (or (not .only) (eq $given .only)) -}}
{{- range .beside -}}
{{- $other := include "instana-agent.valueAt" (dict "within" $values "path" (append (initial $row.path) .)) -}}
{{- $said = and $said (has $other (list "null" "false" "\"\"" "[]" "{}")) -}}
{{- end -}}
{{- if $said }}
* {{ join "." .path }}: {{ .says }}.
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Fails if a value is given that only the chart 1.x knows, or if the values are those of Instana's own
chart with all its defaults.
*/}}
{{- define "instana-agent.refuseMovedValues" -}}
{{- if not (kindIs "map" .Values.controller) -}}
{{- fail "the values have no `controller`, because --reuse-values uses the defaults of the old chart. Use --reset-then-reuse-values, or --values with your own values." -}}
{{- end -}}
{{- $values := .Values -}}
{{- $refused := list -}}
{{- range include "instana-agent.existingValues.refused" . | fromJsonArray -}}
{{- $given := include "instana-agent.valueAt" (dict "within" $values "path" .path) -}}
{{- $below := int64 (default 0 .below) -}}
{{- $isLess := and (regexMatch "^[0-9]" $given) (lt (int64 (float64 $given)) $below) -}}
{{- if and (ne $given "null") (or (not $below) $isLess) -}}
{{- $refused = append $refused (printf "* %s: %s" (join "." .path) .says) -}}
{{- end -}}
{{- end -}}
{{- if $refused -}}
{{- fail (printf "values of the chart 1.x that this chart does not accept (see docs/helm.md):\n%s\n" (join "\n" $refused)) -}}
{{- end -}}
{{- end -}}

{{/*
The value at a path as JSON; null if none is given.
*/}}
{{- define "instana-agent.valueAt" -}}
{{- $found := .within -}}
{{- $known := true -}}
{{- range .path -}}
{{- if and (kindIs "map" $found) (hasKey (ternary $found dict (kindIs "map" $found)) .) -}}
{{- $found = get $found . -}}
{{- else -}}
{{- $known = false -}}
{{- $found = dict -}}
{{- end -}}
{{- end -}}
{{- ternary (toJson $found) "null" $known -}}
{{- end -}}

{{/*
Takes what is null out of a value, but for the parts that may hold anything.
*/}}
{{- define "instana-agent.withoutNulls" -}}
{{- $around := . -}}
{{- if has (join "." .path) .free -}}
{{- else if kindIs "map" .within -}}
{{- range $name, $value := .within -}}
{{- if kindIs "invalid" $value -}}
{{- $_ := unset $around.within $name -}}
{{- else -}}
{{- $path := append $around.path $name -}}
{{- include "instana-agent.withoutNulls" (dict "within" $value "path" $path "free" $around.free) -}}
{{- end -}}
{{- end -}}
{{- else if kindIs "slice" .within -}}
{{- range .within -}}
{{- include "instana-agent.withoutNulls" (dict "within" . "path" $around.path "free" $around.free) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Gives what is at a path its form, for each item of a list where the path has `*`.
*/}}
{{- define "instana-agent.formed" -}}
{{- $within := .within -}}
{{- $form := .form -}}
{{- $name := first .path -}}
{{- $rest := rest .path -}}
{{- if kindIs "slice" $within -}}
{{- range $within -}}
{{- include "instana-agent.formed" (dict "within" . "path" $rest "form" $form) -}}
{{- end -}}
{{- else if not (kindIs "map" $within) -}}
{{- else if $rest -}}
{{- include "instana-agent.formed" (dict "within" (get $within $name) "path" $rest "form" $form) -}}
{{- else if hasKey $within $name -}}
{{- include "instana-agent.inForm" (dict "within" $within "name" $name "form" $form) -}}
{{- else if eq $form "given" -}}
{{- $_ := set $within $name "" -}}
{{- end -}}
{{- end -}}

{{/*
Gives one entry of an object its form.
*/}}
{{- define "instana-agent.inForm" -}}
{{- $value := get .within .name -}}
{{- if eq .form "dropped" -}}
{{- $_ := unset .within .name -}}
{{- else if and (eq .form "number") (kindIs "string" $value) -}}
{{- $_ := set .within .name (int64 $value) -}}
{{- end -}}
{{- end -}}
