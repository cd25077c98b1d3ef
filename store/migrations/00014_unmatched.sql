-- +goose Up
-- Responses that answer no sign-in are summed up: one row stands for as many
-- more like it.
alter table attempts add column more bigint not null default 0;

-- +goose Down
delete from attempts where outcome = 'unmatched';
alter table attempts drop column more;
