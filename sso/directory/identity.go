package directory

import (
	"context"

	"gatehouse/sso"
)

// identityLinker ties identities to users and unties them; store.DB does.
type identityLinker interface {
	LinkIdentity(ctx context.Context, by sso.Actor, l sso.IdentityLink) (sso.UserIdentity, error)
	UnlinkIdentity(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, ref string,
	) (sso.UnlinkPreview, error)
}

// LinkIdentity ties a further identity to a user: a sign-in with it is one of the user.
// [sso.LinkPreview] says what forbids it, and Validate of the link what is wrong with it.
func (s *Service) LinkIdentity(ctx context.Context, by sso.Actor, l sso.IdentityLink) (sso.UserIdentity, error) {
	if err := s.admit(ctx, by, l.Enterprise); err != nil {
		return sso.UserIdentity{}, err
	}
	if err := CheckLink(l); err != nil {
		return sso.UserIdentity{}, err
	}
	return s.options.Users.LinkIdentity(ctx, by, l)
}

// CheckLink returns Invalid "validation_failed" for a link that names no identity.
func CheckLink(l sso.IdentityLink) error { return invalid(validationFailed, l.Validate()) }

// UnlinkIdentity ends an identity of a user, by its Ref, and the sessions that began with
// it. Personal tokens stay: they are the user's, and of no identity. The next sign-in with
// the subject is a question for an admin. [sso.UnlinkPreview] says what forbids it.
func (s *Service) UnlinkIdentity(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, ref string,
) (sso.UnlinkPreview, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.UnlinkPreview{}, err
	}
	return s.options.Users.UnlinkIdentity(ctx, by, ent, user, ref)
}
