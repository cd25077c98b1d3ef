-- +goose Up
-- What people are looked for by: each row is a text that a search may begin
-- with, folded and in hexadecimal, so that both databases keep it in the order
-- of its bytes whatever their collation. status repeats the user's, so that a
-- filter costs no more than the page it fills. The program makes the rows, and
-- knows when they have to be made again.
create table user_terms (
    enterprise_id text not null,
    user_id       text not null,
    term          text not null,
    status        text not null,
    primary key (enterprise_id, user_id, term),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade
);
create index user_terms_term on user_terms (enterprise_id, term, user_id);
create index user_terms_status on user_terms (enterprise_id, status, term, user_id);
create index users_status on users (enterprise_id, status, id);

-- +goose Down
drop index users_status;
drop table user_terms;
