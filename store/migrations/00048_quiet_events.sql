-- +goose Up
-- What changed nothing and was not refused is trimmed apart from the rest.
create index provisioning_events_quiet on provisioning_events (enterprise_id, connection_id, id)
    where changed = 0 and code = '';

-- +goose Down
drop index provisioning_events_quiet;
