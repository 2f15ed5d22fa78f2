{{- /* Made from the rules by `make generate`: what is said of secrets in the values. */}}
{{- define "instana-agent.inlineSecrets" -}}
[
{"path":["agent","key"],"name":"agent.key","says":"everyone who may read the resource can read it here: put it into a Secret and name the entry in keySecretKeyRef, or call it key in the Secret that keysSecret names"},
{"path":["agent","downloadKey"],"name":"agent.downloadKey","says":"everyone who may read the resource can read it here: put it into a Secret and name the entry in downloadKeySecretKeyRef, or call it downloadKey in the Secret that keysSecret names"},
{"path":["agent","proxyPassword"],"name":"agent.proxyPassword","says":"everyone who may read the resource can read it here: put it into a Secret and name the entry in proxyPasswordSecretKeyRef, or call it proxyPassword in the Secret that keysSecret names"},
{"path":["agent","agentReleaseRepoMirrorPassword"],"name":"agent.agentReleaseRepoMirrorPassword","says":"everyone who may read the resource can read it here: put it into a Secret and name the entry in agentReleaseRepoMirrorPasswordSecretKeyRef, or call it mirrorReleaseRepoPassword in the Secret that keysSecret names"},
{"path":["agent","instanaSharedRepoMirrorPassword"],"name":"agent.instanaSharedRepoMirrorPassword","says":"everyone who may read the resource can read it here: put it into a Secret and name the entry in instanaSharedRepoMirrorPasswordSecretKeyRef, or call it mirrorSharedRepoPassword in the Secret that keysSecret names"},
{"path":["agent","additionalBackends","[]","key"],"name":"agent.additionalBackends[].key","says":"everyone who may read the resource can read it here: put it into a Secret and name the entry in the backend's keySecretKeyRef"},
{"path":["agent","tls","key"],"name":"agent.tls.key","says":"everyone who may read the resource can read it here: put it with its certificate into a Secret of type kubernetes.io/tls and name that in secretName, or name the entries in keySecretKeyRef and certificateSecretKeyRef"}
]
{{- end }}
