-- When a test of the connection with the token last passed; 0 if none did since its
-- scopes changed.

-- +goose Up
alter table provisioning_tokens add column tested_at bigint not null default 0;

-- +goose Down
alter table provisioning_tokens drop column tested_at;
