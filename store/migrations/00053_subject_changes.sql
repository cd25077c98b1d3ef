-- +goose Up
-- That an identity provider seems to have changed the subjects of all users of a
-- connection; answer is empty while it waits for one.
create table subject_changes (
    enterprise_id text   not null,
    id            text   not null,
    connection_id text   not null,
    answer        text   not null,
    people        bigint not null,
    first_at      bigint not null,
    found_at      bigint not null,
    decided_by    text   not null,
    decided_at    bigint not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index subject_changes_connection on subject_changes (enterprise_id, connection_id, id);
create index subject_changes_waiting on subject_changes (found_at) where answer = '';

-- The latest sign-in, by user, with an unknown subject and the login of a user with
-- another one. user_id is the account that waits for an admin because of it, empty for
-- none.
create table subject_signs (
    enterprise_id text   not null,
    connection_id text   not null,
    login_key     text   not null,
    login         text   not null,
    user_id       text   not null,
    at            bigint not null,
    primary key (enterprise_id, connection_id, login_key),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index subject_signs_at on subject_signs (enterprise_id, connection_id, at);

-- +goose Down
drop table subject_signs;
drop table subject_changes;
