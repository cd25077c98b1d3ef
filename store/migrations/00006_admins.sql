-- +goose Up
-- Whether people of an enterprise that administer it sign in through its own
-- identity provider alone.
alter table enterprises add column enforced boolean not null default false;

-- Local accounts of operators, and who each is by single sign-on ('': nobody).
-- No foreign key to that user: the account outlives the enterprise.
create table admins (
    id              text    not null primary key,
    login           text    not null,
    name            text    not null,
    password        text    not null,
    passkeys        text    not null,
    recovery        boolean not null,
    enterprise_id   text    not null,
    user_id         text    not null,
    created_at      bigint  not null,
    last_sign_in_at bigint  not null,
    disabled_at     bigint  not null
);
create unique index admins_login on admins (lower(login));
create unique index admins_user on admins (enterprise_id, user_id) where user_id <> '';

create table admin_sessions (
    token        text   not null primary key,
    admin_id     text   not null references admins (id) on delete cascade,
    remote       text   not null,
    user_agent   text   not null,
    created_at   bigint not null,
    last_seen_at bigint not null,
    expires_at   bigint not null
);
create index admin_sessions_admin on admin_sessions (admin_id);
create index admin_sessions_expiry on admin_sessions (expires_at);

create table invitations (
    id         text    not null primary key,
    token      text    not null unique,
    recovery   boolean not null,
    created_by text    not null,
    created_at bigint  not null,
    expires_at bigint  not null,
    used_at    bigint  not null,
    admin_id   text    not null
);
create index invitations_expiry on invitations (expires_at);

create table enterprise_admins (
    enterprise_id text   not null,
    user_id       text   not null,
    created_by    text   not null,
    created_at    bigint not null,
    primary key (enterprise_id, user_id),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade
);

-- connection_id is null until the holder has made a connection.
create table setup_links (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    id            text   not null,
    connection_id text,
    token         text   not null unique,
    made_for      text   not null,
    max_opens     bigint not null,
    opens         bigint not null,
    created_by    text   not null,
    created_at    bigint not null,
    expires_at    bigint not null,
    revoked_at    bigint not null,
    opened_at     bigint not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

create table setup_sessions (
    token         text   not null primary key,
    enterprise_id text   not null,
    link_id       text   not null,
    created_at    bigint not null,
    expires_at    bigint not null,
    foreign key (enterprise_id, link_id) references setup_links (enterprise_id, id) on delete cascade
);
create index setup_sessions_link on setup_sessions (enterprise_id, link_id);
create index setup_sessions_expiry on setup_sessions (expires_at);

-- +goose Down
drop table setup_sessions;
drop table setup_links;
drop table enterprise_admins;
drop table invitations;
drop table admin_sessions;
drop table admins;
alter table enterprises drop column enforced;
