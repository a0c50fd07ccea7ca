{{/* What does not depend on values: what each service is. Ports are those of its settings.
  tables: has a schema; objects: reads or writes the object store; seals: what is personal; conducts: holds conversations until
  they end; slots: takes so many and no more; stage: scales with partitions; callers: who may reach its
  gRPC port (telephony's is asked by `viva call` in its own pods). */}}
{{- define "viva.facts" -}}
gateway: {http: 8080, tables: true, objects: true, seals: true, live: conversations}
session: {http: 8081, grpc: 9081, tables: true, objects: true, conducts: true, live: conversations, slots: true, callers: [gateway, telephony]}
telephony: {http: 8082, grpc: 9082, tables: true, seals: true, conducts: true, live: calls, slots: true, callers: [telephony], media: true}
asr: {http: 8083, grpc: 9083, objects: true, stage: true, callers: [session]}
diarization: {http: 8084, objects: true, stage: true}
scoring: {http: 8085, grpc: 9085, objects: true, stage: true, callers: [gateway]}
fraud: {http: 8086, objects: true, stage: true}
notification: {http: 8087, grpc: 9087, tables: true, stage: true, callers: [gateway], web: true}
{{- end }}

{{- define "viva.fullname" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}
{{- end }}

{{/* Services that are on: name -> values and facts together. */}}
{{- define "viva.services" -}}
{{- $facts := fromYaml (include "viva.facts" .) }}
{{- $found := dict }}
{{- range $name, $values := .Values.services }}
{{- if ne (toString $values.enabled) "false" }}
{{- $_ := set $found $name (merge (dict "name" $name) (deepCopy $values) (get $facts $name)) }}
{{- end }}
{{- end }}
{{- toYaml $found }}
{{- end }}

{{- define "viva.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: viva
{{ include "viva.selector" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "viva.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* (dict "root" $ "service" "asr") */}}
{{- define "viva.image" -}}
{{- $image := .root.Values.image }}
{{- with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}/{{ .service }}:{{ default .root.Chart.AppVersion $image.tag }}
{{- end }}

{{/* Seconds that a pod has to end. The fallback of a hand-over is to wait its conversations out. */}}
{{- define "viva.grace" -}}
{{- $service := .service }}
{{- if $service.terminationGracePeriodSeconds }}{{ int $service.terminationGracePeriodSeconds }}
{{- else if $service.conducts }}{{ add (int .root.Values.longestInterviewSeconds) 120 }}
{{- else }}90{{ end }}
{{- end }}

{{/* Whether an autoscaler owns the number of replicas. */}}
{{- define "viva.maxReplicas" -}}
{{- if eq .root.Values.autoscaling.kind "none" }}{{ int .service.replicas }}{{ else }}{{ int .service.autoscaling.max }}{{ end }}
{{- end }}

{{/* Connections to PostgreSQL that a service may open: pool, overflow, the relay's and the listener's own;
  one pod more while an update rolls. */}}
{{- define "viva.connections" -}}
{{- $database := .root.Values.database }}
{{- $own := add (int $database.poolSize) (int $database.overflow) 2 }}
{{- if $database.pooler.enabled }}{{ $own = 2 }}{{ end }}
{{- mul $own (add (int (include "viva.maxReplicas" .)) 1) }}
{{- end }}

{{/* A value as a setting wants it: whole numbers, which Helm reads as floats, with all their digits. */}}
{{- define "viva.text" -}}
{{- if kindIs "float64" . }}{{ if eq (floor .) . }}{{ int64 . }}{{ else }}{{ . }}{{ end }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{- define "viva.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Environment that every process of Viva shares. Secrets are files: viva.mounts. */}}
{{- define "viva.environment" -}}
{{- $v := .Values }}
VIVA_PUBLIC_URL: {{ $v.publicUrl | quote }}
VIVA_LOG_LEVEL: {{ $v.settings.logLevel | quote }}
VIVA_LOG_FORMAT: json
VIVA_HANDLER_CONCURRENCY: {{ $v.settings.handlerConcurrency | quote }}
VIVA_LONGEST_JOB_S: {{ $v.settings.longestJobSeconds | quote }}
VIVA_KAFKA_BOOTSTRAP: {{ $v.kafka.bootstrap | quote }}
VIVA_KAFKA_SECURITY_PROTOCOL: {{ $v.kafka.securityProtocol | quote }}
VIVA_KAFKA_SASL_MECHANISM: {{ $v.kafka.sasl.mechanism | quote }}
VIVA_TOPIC_PREFIX: {{ $v.kafka.topicPrefix | quote }}
VIVA_TOPIC_PARTITIONS: {{ int $v.kafka.partitions | quote }}
VIVA_MIGRATE_ON_START: "false"
VIVA_DATABASE_POOL_SIZE: {{ $v.database.poolSize | quote }}
VIVA_DATABASE_OVERFLOW: {{ $v.database.overflow | quote }}
VIVA_OBJECTS_URL: {{ $v.objects.url | quote }}
{{- with $v.objects.endpoint }}
VIVA_OBJECTS_ENDPOINT: {{ . | quote }}
{{- end }}
{{- with $v.objects.region }}
VIVA_OBJECTS_REGION: {{ . | quote }}
{{- end }}
{{- with $v.telemetry.otlpEndpoint }}
VIVA_OTLP_ENDPOINT: {{ . | quote }}
{{- end }}
{{- /* Scraped and pushed metrics would count twice in every sum. */}}
{{- if and $v.telemetry.serviceMonitor.enabled (not (hasKey $v.settings.extraEnv "VIVA_OTLP_METRICS")) }}
VIVA_OTLP_METRICS: "false"
{{- end }}

VIVA_SESSION_TARGET: {{ printf "dns:///%s-session:9081" (include "viva.fullname" .) }}
VIVA_TELEPHONY_TARGET: {{ printf "dns:///%s-telephony:9082" (include "viva.fullname" .) }}
VIVA_ASR_TARGET: {{ printf "dns:///%s-asr:9083" (include "viva.fullname" .) }}
VIVA_SCORING_TARGET: {{ printf "dns:///%s-scoring:9085" (include "viva.fullname" .) }}
VIVA_NOTIFICATION_TARGET: {{ printf "dns:///%s-notification:9087" (include "viva.fullname" .) }}
{{- if contains "SASL" $v.kafka.securityProtocol }}
VIVA_KAFKA_USERNAME_FILE: /etc/viva/kafka-sasl/{{ $v.kafka.sasl.usernameKey }}
VIVA_KAFKA_PASSWORD_FILE: /etc/viva/kafka-sasl/{{ $v.kafka.sasl.passwordKey }}
{{- end }}
{{- if $v.kafka.tls.existingSecret }}
VIVA_KAFKA_CA_FILE: /etc/viva/kafka-tls/{{ $v.kafka.tls.caKey }}
{{- if $v.kafka.tls.mutual }}
VIVA_KAFKA_CERTIFICATE_FILE: /etc/viva/kafka-tls/{{ $v.kafka.tls.certificateKey }}
VIVA_KAFKA_KEY_FILE: /etc/viva/kafka-tls/{{ $v.kafka.tls.keyKey }}
{{- end }}
{{- end }}
{{- if $v.database.tls.existingSecret }}
PGSSLROOTCERT: /etc/viva/database-tls/{{ $v.database.tls.caKey }}
{{- end }}
{{- if $v.tls.enabled }}
VIVA_GRPC_TLS_NAME: {{ $v.tls.name | quote }}
VIVA_GRPC_CA_FILE: /etc/viva/grpc-tls/ca.crt
VIVA_GRPC_CERTIFICATE_FILE: /etc/viva/grpc-tls/tls.crt
VIVA_GRPC_KEY_FILE: /etc/viva/grpc-tls/tls.key
{{- end }}
{{- range $name, $value := $v.settings.extraEnv }}
{{ $name }}: {{ include "viva.text" $value | quote }}
{{- end }}
{{- end }}

{{/* Secrets as files. (dict "root" $ "service" <facts> "grpc" bool) */}}
{{- define "viva.mounts" -}}
{{- $v := .root.Values }}
- {name: tmp, mountPath: /tmp}
{{- if contains "SASL" $v.kafka.securityProtocol }}
- {name: kafka-sasl, mountPath: /etc/viva/kafka-sasl, readOnly: true}
{{- end }}
{{- if $v.kafka.tls.existingSecret }}
- {name: kafka-tls, mountPath: /etc/viva/kafka-tls, readOnly: true}
{{- end }}
{{- if and .service.objects $v.objects.existingSecret }}
- {name: objects, mountPath: /etc/viva/objects, readOnly: true}
{{- end }}
{{- if .service.tables }}
- {name: database, mountPath: /etc/viva/database, readOnly: true}
{{- end }}
{{- if and .service.tables $v.database.tls.existingSecret }}
- {name: database-tls, mountPath: /etc/viva/database-tls, readOnly: true}
{{- end }}
{{- if and .service.tables $v.database.pooler.enabled }}
- {name: pooler, mountPath: /etc/viva/pooler, readOnly: true}
{{- end }}
{{- if and .grpc $v.tls.enabled }}
- {name: grpc-tls, mountPath: /etc/viva/grpc-tls, readOnly: true}
{{- end }}
{{- if and .service.seals $v.sealing.existingSecret }}
- {name: sealing, mountPath: /etc/viva/sealing, readOnly: true}
{{- end }}
{{- if and .service.media $v.trunks.existingSecret }}
- {name: trunks, mountPath: /etc/viva/trunks, readOnly: true}
{{- end }}
{{- if and .service.web $v.smtp.existingSecret }}
- {name: smtp, mountPath: /etc/viva/smtp, readOnly: true}
{{- end }}
{{- end }}

{{- define "viva.volumes" -}}
{{- $v := .root.Values }}
- name: tmp
  emptyDir: {sizeLimit: 512Mi}
{{- if contains "SASL" $v.kafka.securityProtocol }}
- name: kafka-sasl
  secret: {secretName: {{ $v.kafka.sasl.existingSecret }}, defaultMode: 0440}
{{- end }}
{{- if $v.kafka.tls.existingSecret }}
- name: kafka-tls
  secret: {secretName: {{ $v.kafka.tls.existingSecret }}, defaultMode: 0440}
{{- end }}
{{- if and .service.objects $v.objects.existingSecret }}
- name: objects
  secret: {secretName: {{ $v.objects.existingSecret }}, defaultMode: 0440}
{{- end }}
{{- if .service.tables }}
{{- $key := get $v.database.keys .service.name }}
- name: database
  secret:
    secretName: {{ $v.database.existingSecret }}
    defaultMode: 0440
    items: [{key: {{ $key }}, path: url}]
{{- if $v.database.tls.existingSecret }}
- name: database-tls
  secret: {secretName: {{ $v.database.tls.existingSecret }}, defaultMode: 0440}
{{- end }}
{{- if $v.database.pooler.enabled }}
- name: pooler
  secret:
    secretName: {{ $v.database.pooler.existingSecret }}
    defaultMode: 0440
    items: [{key: {{ $key }}, path: url}]
{{- end }}
{{- end }}
{{- if and .grpc $v.tls.enabled }}
- name: grpc-tls
  secret: {secretName: {{ include "viva.tlsSecret" . }}, defaultMode: 0440}
{{- end }}
{{- if and .service.seals $v.sealing.existingSecret }}
- name: sealing
  secret: {secretName: {{ $v.sealing.existingSecret }}, defaultMode: 0440}
{{- end }}
{{- if and .service.media $v.trunks.existingSecret }}
- name: trunks
  secret: {secretName: {{ $v.trunks.existingSecret }}, defaultMode: 0440}
{{- end }}
{{- if and .service.web $v.smtp.existingSecret }}
- name: smtp
  secret: {secretName: {{ $v.smtp.existingSecret }}, defaultMode: 0440}
{{- end }}
{{- end }}

{{- define "viva.tlsSecret" -}}
{{- if .root.Values.tls.existingSecret }}{{ .root.Values.tls.existingSecret }}
{{- else }}{{ include "viva.fullname" .root }}-{{ .service.name }}-grpc{{ end }}
{{- end }}

{{/* Variables that name a service's own secrets and addresses. What values say in `env` comes last and
  counts, each name once. */}}
{{- define "viva.ownEnvironment" -}}
{{- $v := .root.Values }}
{{- $upper := upper .service.name }}
{{- $own := dict (printf "VIVA_%s_HTTP_HOST" $upper) "0.0.0.0" }}
{{- $_ := set $own (printf "VIVA_%s_DRAIN_TIMEOUT_S" $upper) (sub (int (include "viva.grace" .)) 30) }}
{{- if .service.grpc }}
{{- $_ := set $own (printf "VIVA_%s_GRPC_HOST" $upper) "0.0.0.0" }}
{{- end }}
{{- if .service.tables }}
{{- $_ := set $own "VIVA_DATABASE_URL_FILE" "/etc/viva/database/url" }}
{{- if $v.database.pooler.enabled }}{{ $_ := set $own "VIVA_DATABASE_POOLER_URL_FILE" "/etc/viva/pooler/url" }}{{ end }}
{{- end }}
{{- if and .service.seals $v.sealing.existingSecret }}
{{- $_ := set $own "VIVA_SEALING_KEYS_FILE" (printf "/etc/viva/sealing/%s" $v.sealing.key) }}
{{- end }}
{{- if and .service.objects $v.objects.existingSecret }}
{{- $_ := set $own "VIVA_OBJECTS_ACCESS_KEY_ID_FILE" (printf "/etc/viva/objects/%s" $v.objects.accessKeyIdKey) }}
{{- $_ := set $own "VIVA_OBJECTS_SECRET_ACCESS_KEY_FILE" (printf "/etc/viva/objects/%s" $v.objects.secretAccessKeyKey) }}
{{- end }}
{{- if eq .service.name "gateway" }}
{{- $_ := set $own "VIVA_GATEWAY_LONGEST_INTERVIEW_S" $v.longestInterviewSeconds }}
{{- if $v.trunks.existingSecret }}{{ $_ := set $own "VIVA_GATEWAY_PHONE_TRUNK_CONFIGURED" "true" }}{{ end }}
{{- end }}
{{- if and .service.media $v.trunks.existingSecret }}
{{- $_ := set $own "VIVA_TELEPHONY_TRUNKS_FILE" (printf "/etc/viva/trunks/%s" $v.trunks.key) }}
{{- end }}
{{- if and .service.web $v.smtp.existingSecret }}
{{- $_ := set $own "VIVA_NOTIFICATION_SMTP_URL_FILE" (printf "/etc/viva/smtp/%s" $v.smtp.urlKey) }}
{{- end }}
{{- $given := default dict .service.env }}
{{- range $name, $value := merge (dict) $given $own }}
- {name: {{ $name }}, value: {{ include "viva.text" $value | quote }}}
{{- end }}
{{- if and (eq .service.name "session") (not (hasKey $given "VIVA_SESSION_ADVERTISED_HOST")) }}
- name: VIVA_SESSION_ADVERTISED_HOST # edges dial the replica itself, not a service in front of all
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
{{- end }}
{{- end }}

{{/* The models of a pod: its own copy, or a claim that somebody filled. */}}
{{- define "viva.modelsVolume" -}}
- name: models
{{- if eq .Values.models.source "claim" }}
  persistentVolumeClaim: {claimName: {{ .Values.models.claim }}, readOnly: true}
{{- else }}
  emptyDir: {sizeLimit: {{ .Values.models.sizeLimit }}}
{{- end }}
{{- end }}

{{/* (dict "root" $ "image" <service whose image has the models command> "models" list) */}}
{{- define "viva.modelsInit" -}}
{{- $v := .root.Values }}
{{- if ne $v.models.source "claim" }}
- name: models
  {{- if eq $v.models.source "image" }}
  image: {{ default (include "viva.image" (dict "root" .root "service" "models")) $v.models.image }}
  command: [cp, -r, {{ range .models }}/models/{{ . }}, {{ end }}/target/]
  {{- else }}
  image: {{ include "viva.image" (dict "root" .root "service" .image) }}
  args: [models, pull, {{ join ", " .models }}]
  env: [{name: VIVA_MODELS_DIR, value: /target}]
  {{- end }}
  imagePullPolicy: {{ $v.image.pullPolicy }}
  securityContext: {{ include "viva.containerSecurity" .root | nindent 4 }}
  resources: {{ toYaml $v.jobs.resources | nindent 4 }}
  volumeMounts:
    - {name: models, mountPath: /target}
    - {name: tmp, mountPath: /tmp}
{{- end }}
{{- end }}

{{- define "viva.serviceAccount" -}}
{{- if .root.Values.serviceAccount.create }}{{ include "viva.fullname" .root }}-{{ .service.name }}{{ else }}default{{ end }}
{{- end }}

{{/* Up at once, down one pod a minute after a calm while. A pod that goes hands its conversations over
  or waits them out: see viva.grace. */}}
{{- define "viva.behaviour" -}}
scaleUp:
  stabilizationWindowSeconds: 0
  policies: [{type: Pods, value: 4, periodSeconds: 30}]
scaleDown:
  stabilizationWindowSeconds: {{ .Values.autoscaling.scaleDownWindowSeconds }}
  policies: [{type: Pods, value: 1, periodSeconds: 60}]
{{- end }}

{{/* A hook that runs before install and upgrade and leaves nothing behind. */}}
{{- define "viva.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{/* (dict "root" $ "component" "asr") */}}
{{- define "viva.componentSelector" -}}
{{ include "viva.selector" .root }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Whether the world comes to a service's HTTP port: candidates and API clients, carriers. */}}
{{- define "viva.isPublic" -}}
{{- if eq .service.name "gateway" }}yes
{{- else if and (eq .service.name "telephony") .root.Values.ingress.telephonyPaths }}yes{{ end }}
{{- end }}

{{- define "viva.dns" -}}
- ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
{{- end }}

{{/* The port of a URL, as a number. */}}
{{- define "viva.urlPort" -}}
{{- $named := regexFind ":[0-9]+(/|$)" . }}
{{- if $named }}{{ $named | trimPrefix ":" | trimSuffix "/" }}
{{- else if hasPrefix "http:" . }}80{{ else }}443{{ end }}
{{- end }}

{{/* Egress rules to what Viva stands on. (dict "root" $ "needs" (list "kafka" "database")) */}}
{{- define "viva.outside" -}}
{{- $v := .root.Values }}
{{- $ports := dict "database" (list) "pooler" (list) "registries" (list) }}
{{- $brokers := list }}
{{- range splitList "," $v.kafka.bootstrap }}{{ $brokers = append $brokers (last (splitList ":" .)) }}{{ end }}
{{- $_ := set $ports "kafka" (uniq $brokers) }}
{{- $_ := set $ports "objects" (list (include "viva.urlPort" $v.objects.endpoint)) }}
{{- $_ := set $ports "telemetry" (list (include "viva.urlPort" $v.telemetry.otlpEndpoint)) }}
{{- range .needs }}
{{- $own := get $v.networkPolicy . }}
- ports:
    {{- range default (get $ports .) $own.ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- with $own.to }}
  to: {{ toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
