package store

import (
	"context"

	"gatehouse/sso"
)

// applyUser carries out what follows from a provisioned user: before is nil when
// it was created, after is nil when it was deleted. It sets after.Account.
func (t *tx) applyUser(_ context.Context, _ sso.Push, _, _ *sso.ProvisionedUser) error {
	return nil
}

// applyMembers carries out what follows from new and former members of a
// provisioned group. It is called after applyGroup for a new or renamed group,
// and before it for a deleted one.
func (t *tx) applyMembers(
	_ context.Context, _ sso.Push, _ sso.ProvisionedGroup, _, _ []sso.ResourceID,
) error {
	return nil
}

// applyGroup carries out what follows from a provisioned group: before is nil when
// it was created, after is nil when it was deleted.
func (t *tx) applyGroup(_ context.Context, _ sso.Push, _, _ *sso.ProvisionedGroup) error {
	return nil
}
