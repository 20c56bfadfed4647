"""Django's PostgreSQL backend with a pool that costs no round trip; named as ENGINE in the settings."""
