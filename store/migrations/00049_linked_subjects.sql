-- +goose Up
-- Further subjects of a connection that lead to a user, who has an identity of the
-- connection, too. subject is null before the first sign-in with the login.
create table linked_subjects (
    enterprise_id text   not null,
    id            text   not null,
    connection_id text   not null,
    user_id       text   not null,
    subject       text,
    login         text   not null,
    created_at    bigint not null,
    last_seen_at  bigint not null,
    primary key (enterprise_id, id),
    unique (enterprise_id, connection_id, subject),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade,
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index linked_subjects_user on linked_subjects (enterprise_id, user_id);
create index linked_subjects_unbound on linked_subjects (enterprise_id, connection_id, login) where subject is null;

-- +goose Down
drop table linked_subjects;
