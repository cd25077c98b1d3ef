-- What a token of the API allows, and of which enterprise; '' is the installation.
-- scopes are separated by spaces. No foreign key: '' is no enterprise, and a token of
-- a deleted one is listed for a time, revoked.

-- +goose Up
alter table tokens add column enterprise_id text not null default '';
alter table tokens add column scopes text not null default 'all';
alter table tokens add column created_by text not null default '';
alter table tokens add column revoked_at bigint not null default 0;
alter table tokens add column last_client text not null default '';
create index tokens_enterprise on tokens (enterprise_id, id);

-- +goose Down
drop index tokens_enterprise;
alter table tokens drop column last_client;
alter table tokens drop column revoked_at;
alter table tokens drop column created_by;
alter table tokens drop column scopes;
alter table tokens drop column enterprise_id;
