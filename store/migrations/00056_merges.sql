-- +goose Up
-- The user that another was merged into; '' of all others.
alter table users add column merged_into text not null default '';
create index users_merged on users (enterprise_id, merged_into) where merged_into <> '';

-- moved is what the undoing of a merge moves back, as JSON.
create table merges (
    enterprise_id text   not null,
    id            text   not null,
    from_id       text   not null,
    into_id       text   not null,
    moved         text   not null,
    made_by       text   not null,
    made_at       bigint not null,
    undone_by     text   not null,
    undone_at     bigint not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, from_id) references users (enterprise_id, id) on delete cascade,
    foreign key (enterprise_id, into_id) references users (enterprise_id, id) on delete cascade
);
create index merges_from on merges (enterprise_id, from_id, id);
create index merges_into on merges (enterprise_id, into_id, id);

-- +goose Down
drop table merges;
drop index users_merged;
alter table users drop column merged_into;
