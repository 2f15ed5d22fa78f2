{{- /* Generated from the rules by `make generate`: warnings of credentials in the values. */}}
{{- define "instana-agent.inlineSecrets" -}}
[
{"path":["agent","key"],"name":"agent.key","says":"is a credential that everyone who may read the resource can read: move it to a Secret and name its entry in keySecretKeyRef, or add it as entry key to the Secret that keysSecret names"},
{"path":["agent","downloadKey"],"name":"agent.downloadKey","says":"is a credential that everyone who may read the resource can read: move it to a Secret and name its entry in downloadKeySecretKeyRef, or add it as entry downloadKey to the Secret that keysSecret names"},
{"path":["agent","proxyPassword"],"name":"agent.proxyPassword","says":"is a credential that everyone who may read the resource can read: move it to a Secret and name its entry in proxyPasswordSecretKeyRef, or add it as entry proxyPassword to the Secret that keysSecret names"},
{"path":["agent","agentReleaseRepoMirrorPassword"],"name":"agent.agentReleaseRepoMirrorPassword","says":"is a credential that everyone who may read the resource can read: move it to a Secret and name its entry in agentReleaseRepoMirrorPasswordSecretKeyRef, or add it as entry mirrorReleaseRepoPassword to the Secret that keysSecret names"},
{"path":["agent","instanaSharedRepoMirrorPassword"],"name":"agent.instanaSharedRepoMirrorPassword","says":"is a credential that everyone who may read the resource can read: move it to a Secret and name its entry in instanaSharedRepoMirrorPasswordSecretKeyRef, or add it as entry mirrorSharedRepoPassword to the Secret that keysSecret names"},
{"path":["agent","additionalBackends","[]","key"],"name":"agent.additionalBackends[].key","says":"is a credential that everyone who may read the resource can read: move it to a Secret and name its entry in the backend's keySecretKeyRef"},
{"path":["agent","tls","key"],"name":"agent.tls.key","says":"is a credential that everyone who may read the resource can read: move it with its certificate to a Secret of type kubernetes.io/tls and name that in secretName, or name the entries in keySecretKeyRef and certificateSecretKeyRef"}
]
{{- end }}
