-- +goose Up
-- The application where users of the enterprise arrive if they asked for nothing else; ''
-- for none. An application that was deleted is none.
alter table enterprises add column default_application text not null default '';

-- +goose Down
alter table enterprises drop column default_application;
