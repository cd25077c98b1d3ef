-- +goose Up
-- How many warnings of a test connection need action; lists show it, and cannot
-- read the sealed result.
alter table test_runs add column warned bigint not null default 0;

-- +goose Down
alter table test_runs drop column warned;
