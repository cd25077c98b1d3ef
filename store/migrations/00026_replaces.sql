-- +goose Up
-- Which session the person agreed to replace before a sign-in at another company
-- began; '' if nobody was asked.
alter table pending_logins add column replaces text not null default '';

-- +goose Down
alter table pending_logins drop column replaces;
