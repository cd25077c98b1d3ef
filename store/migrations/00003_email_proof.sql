-- +goose Up
-- The decision about the address stands in the attempt. identity is sealed: it
-- is what the identity provider said, and is read for trying policies only.
alter table attempts add column email_action text not null default '';
alter table attempts add column email_reason text not null default '';
alter table attempts add column identity text not null default '';

alter table users add column vouched_at bigint not null default 0;

-- Sign-ins that wait for a code. sign_in is sealed; code_hash is keyed, salted
-- by the row, and '' while no code counts.
create table email_proofs (
    enterprise_id text   not null,
    id            text   not null,
    connection_id text   not null,
    browser       text   not null,
    return_to     text   not null,
    account       text   not null,
    sign_in       text   not null,
    code_hash     text   not null,
    sent_at       bigint not null,
    code_until    bigint not null,
    tries         bigint not null,
    problem       text   not null,
    proven_at     bigint not null,
    used_at       bigint not null,
    created_at    bigint not null,
    expires_at    bigint not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index email_proofs_id on email_proofs (id);
create index email_proofs_expiry on email_proofs (expires_at);

-- Codes that were sent, to count them: by account, and by the client's address.
create table email_codes (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    id            text   not null,
    account       text   not null,
    remote        text   not null,
    at            bigint not null,
    primary key (enterprise_id, id)
);
create index email_codes_account on email_codes (enterprise_id, account, at);
create index email_codes_remote on email_codes (remote, at);
create index email_codes_at on email_codes (at);

-- +goose Down
drop table email_codes;
drop table email_proofs;
alter table users drop column vouched_at;
alter table attempts drop column identity;
alter table attempts drop column email_reason;
alter table attempts drop column email_action;
