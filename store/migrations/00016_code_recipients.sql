-- +goose Up
-- Whose mailbox a code was sent to, as a hash, and whether a code of the account
-- was entered since.
alter table email_codes add column recipient text not null default '';
alter table email_codes add column entered bigint not null default 0;
create index email_codes_recipient on email_codes (recipient, at) where recipient <> '';
create index email_codes_company on email_codes (enterprise_id, at) where entered = 0;

-- +goose Down
drop index email_codes_company;
drop index email_codes_recipient;
alter table email_codes drop column entered;
alter table email_codes drop column recipient;
