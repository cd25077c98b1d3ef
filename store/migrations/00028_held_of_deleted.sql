-- +goose Up
-- Connections that were deleted before their deletion discarded what waited of
-- them left held syncs that nobody can decide about any more.
update held_syncs set state = 'discarded', decided_by = 'system', decided_at = at
    where state = 'waiting' and not exists (select 1 from connections c
        where c.enterprise_id = held_syncs.enterprise_id and c.id = held_syncs.connection_id);

-- +goose Down
-- What was decided stays decided.
select 1;
