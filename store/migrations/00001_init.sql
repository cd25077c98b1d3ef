-- Both databases run this text, so only types that mean the same to both are
-- used: text, boolean, and bigint for counts and for moments (microseconds
-- since 1970, 0 for never). Hashes are lower-case hex; what is sealed is text.
--
-- Whatever belongs to an enterprise has enterprise_id first in its primary key
-- and in every foreign key, so that a row cannot refer to another enterprise's.

-- +goose Up
create table meta (
    key   text not null primary key,
    value text not null
);

create table sealed_values (
    name  text not null primary key,
    value text not null
);

create table counters (
    name  text   not null primary key,
    value bigint not null
);
insert into counters (name, value) values ('revocations', 0);

create table enterprises (
    id         text   not null primary key,
    key        text   not null unique,
    name       text   not null,
    created_at bigint not null
);

-- The head of an enterprise's audit chain, and the row that serialises its
-- writers. It outlives the enterprise; the instance's own chain is ''.
create table audit_heads (
    enterprise_id text   not null primary key,
    sequence      bigint not null,
    hash          text   not null,
    mac           text   not null
);

create table audit_events (
    enterprise_id text   not null references audit_heads (enterprise_id),
    sequence      bigint not null,
    id            text   not null,
    actor         text   not null,
    action        text   not null,
    target        text   not null,
    detail        text   not null,
    at            bigint not null,
    hash          text   not null,
    primary key (enterprise_id, sequence)
);
create index audit_events_action on audit_events (enterprise_id, action, sequence);

create table organizations (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    id            text   not null,
    key           text   not null,
    name          text   not null,
    created_at    bigint not null,
    primary key (enterprise_id, id),
    unique (enterprise_id, key)
);

create table groups (
    enterprise_id   text    not null,
    id              text    not null,
    organization_id text    not null,
    name            text    not null,
    is_default      boolean not null,
    created_at      bigint  not null,
    primary key (enterprise_id, id),
    unique (enterprise_id, organization_id, name),
    foreign key (enterprise_id, organization_id) references organizations (enterprise_id, id) on delete cascade
);
create index groups_name on groups (enterprise_id, name);
create unique index groups_default on groups (enterprise_id, organization_id) where is_default;

create table users (
    enterprise_id   text    not null references enterprises (id) on delete cascade,
    id              text    not null,
    login           text    not null,
    email           text    not null,
    email_verified  boolean not null,
    name            text    not null,
    status          text    not null,
    created_at      bigint  not null,
    last_sign_in_at bigint  not null,
    primary key (enterprise_id, id)
);
create index users_login on users (enterprise_id, login, id);
create index users_email on users (enterprise_id, lower(email), id);

create table memberships (
    enterprise_id text   not null,
    user_id       text   not null,
    group_id      text   not null,
    source        text   not null,
    since         bigint not null,
    cause         text   not null,
    primary key (enterprise_id, user_id, group_id),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade,
    foreign key (enterprise_id, group_id) references groups (enterprise_id, id) on delete cascade
);
create index memberships_group on memberships (enterprise_id, group_id, user_id);

create table connections (
    enterprise_id       text   not null references enterprises (id) on delete cascade,
    id                  text   not null unique,
    name                text   not null,
    protocol            text   not null,
    provider            text   not null,
    state               text   not null,
    revision            bigint not null,
    live                text   not null,
    live_secret         text   not null,
    draft               text   not null,
    draft_secret        text   not null,
    previous            text   not null,
    previous_secret     text   not null,
    metadata_url        text   not null,
    metadata_checked_at bigint not null,
    metadata_error      text   not null,
    created_at          bigint not null,
    primary key (enterprise_id, id)
);

create table connection_keys (
    enterprise_id text   not null,
    connection_id text   not null,
    id            text   not null,
    position      bigint not null,
    certificate   text   not null,
    private       text   not null,
    created_at    bigint not null,
    primary key (enterprise_id, connection_id, id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

create table certificates (
    enterprise_id text   not null,
    connection_id text   not null,
    fingerprint   text   not null,
    source        text   not null,
    first_seen    bigint not null,
    last_seen     bigint not null,
    last_used     bigint not null,
    primary key (enterprise_id, connection_id, fingerprint),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- subject is null while nobody with this login has signed in yet, or since the
-- subjects of the connection were unbound.
create table identities (
    enterprise_id text   not null,
    connection_id text   not null,
    user_id       text   not null,
    subject       text,
    login         text   not null,
    created_at    bigint not null,
    last_seen_at  bigint not null,
    primary key (enterprise_id, user_id, connection_id),
    unique (enterprise_id, connection_id, subject),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade,
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index identities_unbound on identities (enterprise_id, connection_id, login) where subject is null;

create table domains (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    id            text   not null,
    name          text   not null,
    txt_record    text   not null,
    verified_at   bigint not null,
    created_at    bigint not null,
    primary key (enterprise_id, id),
    unique (enterprise_id, name)
);
create unique index domains_verified on domains (name) where verified_at > 0;

create table pending_logins (
    id            text    not null primary key,
    enterprise_id text    not null,
    connection_id text    not null,
    browser       text    not null,
    nonce         text    not null,
    verifier      text    not null,
    return_to     text    not null,
    test          boolean not null,
    created_at    bigint  not null,
    expires_at    bigint  not null,
    used_at       bigint  not null,
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index pending_logins_expiry on pending_logins (expires_at);

-- response is the hash of what was used: identifiers are as long as the
-- identity provider likes.
create table replay_marks (
    enterprise_id text   not null,
    connection_id text   not null,
    response      text   not null,
    until         bigint not null,
    primary key (enterprise_id, connection_id, response),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index replay_marks_expiry on replay_marks (until);

create table sessions (
    enterprise_id  text   not null,
    id             text   not null unique,
    token          text   not null unique,
    connection_id  text   not null,
    user_id        text   not null,
    attempt_id     text   not null,
    subject        text   not null,
    name_id_format text   not null,
    session_index  text   not null,
    remote         text   not null,
    user_agent     text   not null,
    created_at     bigint not null,
    last_seen_at   bigint not null,
    idle_timeout   bigint not null,
    expires_at     bigint not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade,
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index sessions_user on sessions (enterprise_id, user_id);
create index sessions_connection on sessions (enterprise_id, connection_id, subject);
create index sessions_expiry on sessions (expires_at);

-- Attempts and sync records name users and connections without a foreign key:
-- they say what was, also about what is gone.
create table attempts (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    id            text   not null,
    connection_id text   not null,
    user_id       text   not null,
    login         text   not null,
    outcome       text   not null,
    code          text   not null,
    detail        text   not null,
    checks        text   not null,
    asserted      text   not null,
    remote        text   not null,
    user_agent    text   not null,
    at            bigint not null,
    primary key (enterprise_id, id)
);
create index attempts_user on attempts (enterprise_id, user_id, id);
create index attempts_at on attempts (at);

create table sync_records (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    id            text   not null,
    user_id       text   not null,
    connection_id text   not null,
    attempt_id    text   not null,
    mode          text   not null,
    asserted      text   not null,
    matched       text   not null,
    unmatched     text   not null,
    added         text   not null,
    removed       text   not null,
    note          text   not null,
    at            bigint not null,
    primary key (enterprise_id, id)
);
create index sync_records_user on sync_records (enterprise_id, user_id, id);
create index sync_records_at on sync_records (at);

create table tokens (
    id           text   not null primary key,
    name         text   not null,
    hash         text   not null unique,
    created_at   bigint not null,
    expires_at   bigint not null,
    last_used_at bigint not null
);

-- What every node must forget. No foreign key: an entry outlives what it names.
create table revocations (
    sequence      bigint not null primary key,
    session_id    text   not null,
    user_id       text   not null,
    enterprise_id text   not null,
    at            bigint not null
);

-- +goose Down
drop table revocations;
drop table tokens;
drop table sync_records;
drop table attempts;
drop table sessions;
drop table replay_marks;
drop table pending_logins;
drop table domains;
drop table identities;
drop table certificates;
drop table connection_keys;
drop table connections;
drop table memberships;
drop table users;
drop table groups;
drop table organizations;
drop table audit_events;
drop table audit_heads;
drop table enterprises;
drop table counters;
drop table sealed_values;
drop table meta;
