{{- /* The authority, the certificate and the token that the chart makes. They are made once and kept:
what is in the cluster is read by `lookup`, which finds nothing for `helm template`. All templates of
one rendering share what was made, in `.Values.controller.made`. */}}

{{- define "instana-agent.authorityName" -}}instana-agent-hooks-authority{{- end }}

{{- /* In days; what is made for none does not end. */}}
{{- define "instana-agent.lifetimes" -}}
authority: 3650
certificate: 825
token: 0
{{- end }}

{{- define "instana-agent.make" -}}
{{- $controller := .Values.controller }}
{{- if not (hasKey $controller "made") }}
{{- $made := dict "versions" list }}
{{- if eq $controller.tls.source "Generated" }}{{ include "instana-agent.makeCertificate" (list . $made) }}{{ end }}
{{- if eq $controller.token.source "Generated" }}{{ include "instana-agent.makeToken" (list . $made) }}{{ end }}
{{- $_ := set $controller "made" $made }}
{{- end }}
{{- end }}

{{- /* A new authority is trusted beside the last one, whose certificates pods show until they start anew. */}}
{{- define "instana-agent.makeCertificate" -}}
{{- $root := index . 0 }}
{{- $made := index . 1 }}
{{- $days := include "instana-agent.lifetimes" . | fromYaml }}
{{- $authority := lookup "v1" "Secret" (include "instana-agent.namespace" $root) (include "instana-agent.authorityName" .) }}
{{- $tls := lookup "v1" "Secret" (include "instana-agent.namespace" $root) $root.Values.controller.tls.secretName }}
{{- $there := and $authority.data $tls.data }}
{{- $stays := and $there (include "instana-agent.isOfRotation" (list $root $authority)) (include "instana-agent.lasts" (list $authority $days.certificate)) }}
{{- if $stays }}
{{- $_ := set $made "ca" (buildCustomCert (index $authority.data "ca.crt") (index $authority.data "ca.key")) }}
{{- $_ := set $made "bundle" (index $tls.data "ca.crt" | b64dec) }}
{{- $_ := set $made "authority" (include "instana-agent.kept" $authority | fromYaml) }}
{{- else }}
{{- $_ := set $made "ca" (genCAWithKey "instana-agent-hooks-ca" (int $days.authority) (genPrivateKey "ecdsa")) }}
{{- $_ := set $made "bundle" $made.ca.Cert }}
{{- if $there }}{{ $_ := set $made "bundle" (print $made.ca.Cert (index $authority.data "ca.crt" | b64dec)) }}{{ end }}
{{- $_ := set $made "authority" (include "instana-agent.new" (list $root $days.authority) | fromYaml) }}
{{- end }}
{{- if and $stays (include "instana-agent.lasts" (list $tls $root.Values.controller.tls.renewBeforeDays)) }}
{{- $_ := set $made "certificate" (dict "Cert" (index $tls.data "tls.crt" | b64dec) "Key" (index $tls.data "tls.key" | b64dec)) }}
{{- $_ := set $made "tls" (include "instana-agent.kept" $tls | fromYaml) }}
{{- else }}
{{- $host := include "instana-agent.host" $root }}
{{- $names := list $host (print $host ".cluster.local") }}
{{- $_ := set $made "certificate" (genSignedCertWithKey "instana-agent-hooks" nil $names (int $days.certificate) $made.ca (genPrivateKey "ecdsa")) }}
{{- $_ := set $made "tls" (include "instana-agent.new" (list $root $days.certificate) | fromYaml) }}
{{- end }}
{{- $_ := set $made "versions" (append $made.versions (get $made.authority "instana.io/made")) }}
{{- end }}

{{- /* The last token stays valid beside a new one, until the next. */}}
{{- define "instana-agent.makeToken" -}}
{{- $root := index . 0 }}
{{- $made := index . 1 }}
{{- $days := include "instana-agent.lifetimes" . | fromYaml }}
{{- $secret := lookup "v1" "Secret" (include "instana-agent.namespace" $root) $root.Values.controller.token.secretName }}
{{- if and $secret.data (include "instana-agent.isOfRotation" (list $root $secret)) }}
{{- $_ := set $made "token" (index $secret.data "token" | b64dec) }}
{{- $_ := set $made "tokens" (index $secret.data "tokens" | b64dec) }}
{{- $_ := set $made "tokenSecret" (include "instana-agent.kept" $secret | fromYaml) }}
{{- else }}
{{- $_ := set $made "token" (randAlphaNum 64) }}
{{- $_ := set $made "tokens" (print $made.token "\n") }}
{{- if $secret.data }}{{ $_ := set $made "tokens" (print $made.tokens (index $secret.data "token" | b64dec) "\n") }}{{ end }}
{{- $_ := set $made "tokenSecret" (include "instana-agent.new" (list $root $days.token) | fromYaml) }}
{{- end }}
{{- $_ := set $made "versions" (append $made.versions (get $made.tokenSecret "instana.io/made")) }}
{{- end }}

{{- define "instana-agent.new" -}}
{{- $root := index . 0 }}
{{- $days := index . 1 | int }}
instana.io/made: {{ now | unixEpoch | quote }}
instana.io/rotation: {{ $root.Values.controller.rotation | int | quote }}
{{- with $days }}
instana.io/ends: {{ now | dateModify (printf "+%dh" (mul 24 .)) | date "2006-01-02" | quote }}
{{- end }}
{{- end }}

{{- define "instana-agent.kept" -}}
{{ pick .metadata.annotations "instana.io/made" "instana.io/rotation" "instana.io/ends" | toYaml }}
{{- end }}

{{- define "instana-agent.isOfRotation" -}}
{{- $rotation := (index . 0).Values.controller.rotation | int | toString }}
{{- if eq $rotation (dig "metadata" "annotations" "instana.io/rotation" "" (index . 1)) }}true{{ end }}
{{- end }}

{{- /* Whether what a Secret holds is good for so many days. */}}
{{- define "instana-agent.lasts" -}}
{{- $ends := dig "metadata" "annotations" "instana.io/ends" "2000-01-01" (index . 0) | toDate "2006-01-02" }}
{{- $until := now | dateModify (printf "+%dh" (mul 24 (index . 1 | int))) }}
{{- if $ends.After $until }}true{{ end }}
{{- end }}

{{- /* Changes with the authority and the token; others who make them say it by `rotation`. */}}
{{- define "instana-agent.credentialsVersion" -}}
{{- include "instana-agent.make" . }}
{{- $made := .Values.controller.made.versions | sortAlpha }}
{{- if $made }}{{ last $made }}{{ else if .Values.controller.rotation }}{{ .Values.controller.rotation }}{{ end }}
{{- end }}

{{- /* By which the API server knows the webhooks; empty where others write it. */}}
{{- define "instana-agent.caBundle" -}}
{{- include "instana-agent.make" . }}
{{- $tls := .Values.controller.tls }}
{{- if eq $tls.source "Generated" }}{{ .Values.controller.made.bundle | b64enc }}
{{- else if eq $tls.source "Secret" }}{{ required "controller.tls.caBundle: the webhooks need the authority of the certificate" $tls.caBundle | b64enc }}
{{- end }}
{{- end }}
