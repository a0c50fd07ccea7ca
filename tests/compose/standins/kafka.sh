# KAFKA_X_Y=z becomes x.y=z, as the official image does it.
set -eu
properties=/tmp/server.properties
env | sed -nE 's/^KAFKA_([A-Z_]+)=(.*)/\1 \2/p' | while read -r name value; do
    [ "$name" = HOME ] || echo "$(tr 'A-Z_' 'a-z.' <<<"$name")=$value"
done >"$properties"
echo log.dirs=/var/lib/kafka/data >>"$properties"
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id dml2YS1jb21wb3NlLTEtMQ \
    --config "$properties"
exec /opt/kafka/bin/kafka-server-start.sh "$properties"
