-- +goose Up
-- What POSTs of the API were answered, so that repeating one does nothing
-- twice. key and request are hashes; status is 0 while the first is running. No
-- foreign key: a row lasts a day, and without its token nobody can ask for it.
create table idempotency_keys (
    token_id   text   not null,
    key        text   not null,
    request    text   not null,
    status     bigint not null,
    header     text   not null,
    body       text   not null,
    expires_at bigint not null,
    primary key (token_id, key)
);
create index idempotency_keys_expiry on idempotency_keys (expires_at);

-- +goose Down
drop table idempotency_keys;
