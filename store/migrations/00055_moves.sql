-- +goose Up
-- Users of one connection who are expected at another. from_id is '' for users whom no
-- connection knows. Entries count only while the move is ready.
create table moves (
    enterprise_id text    not null,
    id            text    not null,
    from_id       text    not null,
    to_id         text    not null,
    attribute     text    not null,
    state         text    not null,
    asking        boolean not null,
    after         text    not null,
    created_by    text    not null,
    created_at    bigint  not null,
    ready_at      bigint  not null,
    ended_at      bigint  not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, to_id) references connections (enterprise_id, id) on delete cascade
);
create index moves_target on moves (enterprise_id, to_id);
create index moves_going_on on moves (created_at) where state = 'collecting' or asking;

create table move_entries (
    enterprise_id text   not null,
    move_id       text   not null,
    user_id       text   not null,
    connection_id text   not null,
    value_key     text   not null,
    state         text   not null,
    why           text   not null,
    other_id      text   not null,
    decided_by    text   not null,
    used_at       bigint not null,
    subject       text   not null,
    primary key (enterprise_id, move_id, user_id),
    foreign key (enterprise_id, move_id) references moves (enterprise_id, id) on delete cascade,
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade
);
create index move_entries_key on move_entries (enterprise_id, connection_id, value_key)
    where state in ('waiting', 'used', 'held', 'blocked');
create index move_entries_user on move_entries (enterprise_id, user_id);

alter table identity_questions add column kind text not null default '';
alter table identity_questions add column move_key text not null default '';

-- +goose Down
alter table identity_questions drop column move_key;
alter table identity_questions drop column kind;
drop table move_entries;
drop table moves;
