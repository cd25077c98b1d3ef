-- What ended with the access of a user whom an identity provider took away, and when
-- each node had forgotten them.

-- +goose Up
alter table provisioned_receipts add column console_sessions bigint not null default 0;
alter table provisioned_receipts add column sign_ins bigint not null default 0;
alter table provisioned_receipts add column codes bigint not null default 0;
alter table provisioned_receipts add column setup_links bigint not null default 0;
alter table provisioned_receipts add column admin boolean not null default false;
-- By the clock of the database, directly before the commit; 0 of older receipts.
alter table provisioned_receipts add column ended_at bigint not null default 0;

-- took is in microseconds since ended_at.
create table provisioned_receipt_nodes (
    enterprise_id text   not null,
    event_id      text   not null,
    user_id       text   not null,
    node          text   not null,
    took          bigint not null,
    primary key (enterprise_id, event_id, user_id, node),
    foreign key (enterprise_id, event_id, user_id)
        references provisioned_receipts (enterprise_id, event_id, user_id) on delete cascade
);

-- The receipt that nodes confirm once they have applied the revocation; '' of none.
alter table revocations add column receipt_enterprise_id text not null default '';
alter table revocations add column receipt_event_id text not null default '';

create index email_proofs_account on email_proofs (enterprise_id, account);

-- +goose Down
drop index email_proofs_account;
alter table revocations drop column receipt_event_id;
alter table revocations drop column receipt_enterprise_id;
drop table provisioned_receipt_nodes;
alter table provisioned_receipts drop column ended_at;
alter table provisioned_receipts drop column admin;
alter table provisioned_receipts drop column setup_links;
alter table provisioned_receipts drop column codes;
alter table provisioned_receipts drop column sign_ins;
alter table provisioned_receipts drop column console_sessions;
