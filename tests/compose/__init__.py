"""docker-compose.yml, run for real by podman-compose."""
