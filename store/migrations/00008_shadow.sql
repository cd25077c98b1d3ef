-- +goose Up
-- Since when what is being edited is evaluated beside what is live; 0: it is not.
alter table connections add column shadow_since bigint not null default 0;

create table shadow_tallies (
    enterprise_id text   not null,
    connection_id text   not null,
    compared      bigint not null,
    differing     bigint not null,
    refused       bigint not null,
    admitted      bigint not null,
    at            bigint not null,
    primary key (enterprise_id, connection_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- One row for each person about whom something differed, the latest time.
create table shadow_differences (
    enterprise_id text   not null,
    connection_id text   not null,
    person        text   not null,
    user_id       text   not null,
    attempt_id    text   not null,
    at            bigint not null,
    times         bigint not null,
    live_code     text   not null,
    draft_code    text   not null,
    detail        text   not null,
    primary key (enterprise_id, connection_id, person),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index shadow_differences_at on shadow_differences (at);

-- +goose Down
drop table shadow_differences;
drop table shadow_tallies;
alter table connections drop column shadow_since;
