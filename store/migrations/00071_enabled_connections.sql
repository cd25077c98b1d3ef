-- +goose Up
-- The first steps of an operator ask whether any enterprise has an enabled connection.
create index connections_enabled on connections (enterprise_id, id) where state = 'enabled';

-- +goose Down
drop index connections_enabled;
