-- +goose Up
-- Which browser a session is in, as the hash of the value that its sign-ins are
-- bound to; '' if it had none. The next sign-in of that browser ends it.
alter table sessions add column browser text not null default '';
create index sessions_browser on sessions (browser) where browser <> '';

-- +goose Down
drop index sessions_browser;
alter table sessions drop column browser;
