-- +goose Up
-- Tokens by which programs act for a user. applications are separated by spaces;
-- revoked_at is 0 of a token that was not revoked.
create table personal_tokens (
    enterprise_id text   not null,
    user_id       text   not null,
    id            text   not null,
    hash          text   not null unique,
    name          text   not null,
    applications  text   not null,
    created_by    text   not null,
    created_at    bigint not null,
    expires_at    bigint not null,
    revoked_at    bigint not null,
    last_used_at  bigint not null,
    last_client   text   not null,
    primary key (enterprise_id, user_id, id),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade
);
create unique index personal_tokens_id on personal_tokens (id);

-- What an enterprise allows its users' tokens; none without a decision. max_age is in
-- microseconds.
create table token_rules (
    enterprise_id text    not null primary key references enterprises (id) on delete cascade,
    personal      boolean not null,
    max_age       bigint  not null,
    revision      bigint  not null
);

alter table provisioned_receipts add column tokens bigint not null default 0;

-- +goose Down
alter table provisioned_receipts drop column tokens;
drop table token_rules;
drop table personal_tokens;
