-- +goose Up
-- How often an organization or a group was changed, beginning at 1: an edit that
-- was made from an earlier revision is refused.
alter table organizations add column revision bigint not null default 1;
alter table groups add column revision bigint not null default 1;

-- +goose Down
alter table groups drop column revision;
alter table organizations drop column revision;
