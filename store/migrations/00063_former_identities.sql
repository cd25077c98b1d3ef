-- +goose Up
-- Identities of users that ended. They lead nowhere; a sign-in with one is a question for
-- an admin. The connection may be deleted. subject is '' of one that was never bound, and
-- external_id of one whom the identity provider did not push.
create table former_identities (
    enterprise_id   text   not null,
    user_id         text   not null,
    connection_id   text   not null,
    connection_name text   not null,
    subject         text   not null,
    external_id     text   not null,
    login           text   not null,
    why             text   not null,
    ended_by        text   not null,
    ended_at        bigint not null,
    primary key (enterprise_id, user_id, connection_id, subject, login),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade
);
create index former_identities_subject on former_identities (enterprise_id, subject) where subject <> '';
create index former_identities_external on former_identities (enterprise_id, external_id) where external_id <> '';
create index former_identities_login on former_identities (enterprise_id, login) where login <> '';

-- +goose Down
drop table former_identities;
