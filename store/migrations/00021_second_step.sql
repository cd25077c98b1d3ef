-- +goose Up
-- When the owner of a console session last gave a password or passkey, and which
-- session by single sign-on it is the second step of; '' for one by itself.
alter table admin_sessions add column confirmed_at bigint not null default 0;
alter table admin_sessions add column session_id text not null default '';

-- +goose Down
alter table admin_sessions drop column session_id;
alter table admin_sessions drop column confirmed_at;
