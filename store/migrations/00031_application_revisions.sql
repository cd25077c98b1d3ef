-- +goose Up
-- How often an application was changed, beginning at 1; see 00030.
alter table applications add column revision bigint not null default 1;

-- +goose Down
alter table applications drop column revision;
