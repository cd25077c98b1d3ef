-- +goose Up
-- Whether it was not clear for a reason beside the login who the claimant is: a move, a merge or a
-- former identity. The question stays so, whatever it asks later.
alter table identity_questions add column doubted boolean not null default false;
update identity_questions set doubted = true where kind <> '';
update identity_questions set doubted = true where exists (
    select 1 from identities i join former_identities f on f.enterprise_id = i.enterprise_id
        and f.user_id <> i.user_id and f.subject = i.subject and f.subject <> ''
    where i.enterprise_id = identity_questions.enterprise_id and i.user_id = identity_questions.user_id);

-- +goose Down
alter table identity_questions drop column doubted;
