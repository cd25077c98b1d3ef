-- +goose Up
-- Whom a connection trusts since when, and changes of that which wait for a
-- decision. trust_asked is when the oldest was asked for; 0: none waits.
alter table connections add column trust text not null default '';
alter table connections add column trust_asked bigint not null default 0;

-- Whether who began a test connection opened it in the same browser.
alter table pending_logins add column test_own boolean not null default false;

-- +goose Down
alter table pending_logins drop column test_own;
alter table connections drop column trust_asked;
alter table connections drop column trust;
