package directory

import (
	"context"

	"gatehouse/sso"
)

// userMerger merges users; store.DB does.
type userMerger interface {
	MergeUsers(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, from, into sso.UserID) (sso.Merge, error)
	UndoMerge(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.MergeID) (sso.Merge, error)
}

// MergeUsers makes two accounts of one person one: what leads to from leads to into.
// The access of from ends, also its tokens, which are narrower than the account that is
// kept. [sso.MergePreview] says what forbids a merge.
func (s *Service) MergeUsers(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, from, into sso.UserID,
) (sso.Merge, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Merge{}, err
	}
	return s.options.Users.MergeUsers(ctx, by, ent, from, into)
}

// UndoMerge makes two users of one again, for 30 days after the merge. Errors: Conflict
// "merge_undone", "merge_too_old", and "user_merged" if the one kept was merged since.
func (s *Service) UndoMerge(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.MergeID,
) (sso.Merge, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.Merge{}, err
	}
	return s.options.Users.UndoMerge(ctx, by, ent, id)
}
