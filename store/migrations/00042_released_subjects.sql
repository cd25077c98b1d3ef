-- +goose Up
-- The subject of the deleted user was given to another one.
alter table provisioned_tombstones add column released boolean not null default false;

-- +goose Down
alter table provisioned_tombstones drop column released;
