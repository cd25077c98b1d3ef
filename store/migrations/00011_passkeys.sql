-- +goose Up
-- What a passkey is asked to sign, until it has, once. admin_id is '' for
-- somebody who wants to sign in: who it is, the passkey says.
create table passkey_challenges (
    token      text   not null primary key,
    admin_id   text   not null,
    session    text   not null,
    expires_at bigint not null
);
create index passkey_challenges_expiry on passkey_challenges (expires_at);

-- +goose Down
drop table passkey_challenges;
