-- +goose Up
-- The number of the changes of a token, so that an edit that was made from an
-- earlier one is refused.
alter table provisioning_tokens add column revision bigint not null default 1;

-- +goose Down
alter table provisioning_tokens drop column revision;
