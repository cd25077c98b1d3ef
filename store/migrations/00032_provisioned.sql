-- +goose Up
-- What an identity provider said of users and groups, per connection. What
-- follows from it is in users and memberships. seq is the position in lists.
-- search has the values of the document in the form in which filters compare
-- them. account_id is '' while nothing follows from the user.
--
-- Every key has the enterprise and the connection, behind the column that tells
-- rows apart, and positions are by an expression that only lists compare. With the
-- connection in front, each index looks equally good to PostgreSQL for every lookup
-- until the tables are analyzed, and the first synchronization, which fills them
-- within a minute, would read all users for each.
create table provisioned_users (
    enterprise_id    text    not null,
    connection_id    text    not null,
    id               text    not null,
    seq              bigint  not null,
    origin           text    not null,
    user_name        text    not null,
    user_name_folded text    not null,
    external_id      text    not null,
    active           boolean not null,
    name             text    not null,
    emails           text    not null,
    document         text    not null,
    search           text    not null,
    account_id       text    not null,
    version          bigint  not null,
    created_at       bigint  not null,
    modified_at      bigint  not null,
    primary key (id, connection_id, enterprise_id),
    unique (user_name_folded, connection_id, enterprise_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create unique index provisioned_users_seq on provisioned_users ((connection_id || ''), seq);
create index provisioned_users_external on provisioned_users (external_id, connection_id, enterprise_id);
create index provisioned_users_account on provisioned_users (account_id, connection_id, enterprise_id);

create table provisioned_emails (
    enterprise_id text not null,
    connection_id text not null,
    user_id       text not null,
    value_folded  text not null,
    primary key (user_id, value_folded, connection_id, enterprise_id),
    foreign key (enterprise_id, connection_id, user_id) references provisioned_users (enterprise_id, connection_id, id) on delete cascade
);
create index provisioned_emails_value on provisioned_emails (value_folded, connection_id, enterprise_id, user_id);

-- Groups of organizations that were found may differ in letter case only, those
-- that were pushed do not.
create table provisioned_groups (
    enterprise_id       text   not null,
    connection_id       text   not null,
    id                  text   not null,
    seq                 bigint not null,
    origin              text   not null,
    display_name        text   not null,
    display_name_folded text   not null,
    external_id         text   not null,
    document            text   not null,
    search              text   not null,
    member_count        bigint not null,
    waiting_count       bigint not null,
    version             bigint not null,
    created_at          bigint not null,
    modified_at         bigint not null,
    primary key (id, connection_id, enterprise_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create unique index provisioned_groups_seq on provisioned_groups ((connection_id || ''), seq);
create index provisioned_groups_name on provisioned_groups (display_name_folded, connection_id, enterprise_id, display_name);
create unique index provisioned_groups_pushed on provisioned_groups (display_name_folded, connection_id, enterprise_id) where origin = 'pushed';
create unique index provisioned_groups_found on provisioned_groups (display_name, connection_id, enterprise_id) where origin = 'found';
create index provisioned_groups_external on provisioned_groups (external_id, connection_id, enterprise_id);

create table provisioned_members (
    enterprise_id text   not null,
    connection_id text   not null,
    group_id      text   not null,
    user_id       text   not null,
    since         bigint not null,
    primary key (group_id, user_id, connection_id, enterprise_id),
    foreign key (enterprise_id, connection_id, group_id) references provisioned_groups (enterprise_id, connection_id, id) on delete cascade,
    foreign key (enterprise_id, connection_id, user_id) references provisioned_users (enterprise_id, connection_id, id) on delete cascade
);
create index provisioned_members_user on provisioned_members (user_id, group_id, connection_id, enterprise_id);

-- Members that are no user of the connection yet: member is an id or an external
-- id that was sent.
create table provisioned_waiting (
    enterprise_id text   not null,
    connection_id text   not null,
    group_id      text   not null,
    member        text   not null,
    since         bigint not null,
    primary key (group_id, member, connection_id, enterprise_id),
    foreign key (enterprise_id, connection_id, group_id) references provisioned_groups (enterprise_id, connection_id, id) on delete cascade
);
create index provisioned_waiting_member on provisioned_waiting (member, group_id, connection_id, enterprise_id);

-- The latest deleted resources of each connection, so that a client is told when
-- a resource was deleted.
create table provisioned_gone (
    enterprise_id text   not null,
    connection_id text   not null,
    id            text   not null,
    seq           bigint not null,
    name          text   not null,
    deleted_at    bigint not null,
    primary key (id, connection_id, enterprise_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create unique index provisioned_gone_seq on provisioned_gone ((connection_id || ''), seq);

-- Accounts whose resource was deleted: they are not found again.
create table provisioned_former (
    enterprise_id text not null,
    connection_id text not null,
    account_id    text not null,
    primary key (account_id, connection_id, enterprise_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- The last position given to a resource, and to a deleted one. The row is locked
-- by every transaction that makes or deletes a resource of the connection.
create table provisioned_counters (
    enterprise_id text   not null,
    connection_id text   not null,
    seq           bigint not null,
    gone          bigint not null,
    primary key (enterprise_id, connection_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- How many resources of a kind have positions of a block, so that the page from
-- an index is found without counting rows.
create table provisioned_blocks (
    enterprise_id text   not null,
    connection_id text   not null,
    kind          text   not null,
    block         bigint not null,
    resources     bigint not null,
    primary key (enterprise_id, connection_id, kind, block),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

create index users_login_folded on users (login_folded, enterprise_id);

-- +goose Down
drop index users_login_folded;
drop table provisioned_blocks;
drop table provisioned_counters;
drop table provisioned_former;
drop table provisioned_gone;
drop table provisioned_waiting;
drop table provisioned_members;
drop table provisioned_groups;
drop table provisioned_emails;
drop table provisioned_users;
