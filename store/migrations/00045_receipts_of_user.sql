-- +goose Up
create index provisioned_receipts_user on provisioned_receipts (user_id, enterprise_id, at);

-- +goose Down
drop index provisioned_receipts_user;
