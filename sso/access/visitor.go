package access

import (
	"context"

	"gatehouse/sso"
)

// Browser holds the credentials that a browser presents.
type Browser struct {
	Admin sso.Secret // token of a local admin's session; "" for none
	Setup sso.Secret // token of a session that a setup link began; "" for none
	// Principal is the user signed in by single sign-on; nil for none.
	Principal *sso.Principal
}

// Visitor identifies the visitor of the console. A local admin's session comes
// first. A user who opened a setup link of another enterprise than their own
// visits by the link, because that was their last deliberate act; an admin of an
// organization visits by any link, which opens what they do not.
func (s *Service) Visitor(ctx context.Context, b Browser) (sso.Visitor, error) {
	var v sso.Visitor
	lookups := []func(context.Context, Browser) (sso.Visitor, error){
		s.visitorByAccount, s.visitorByPrincipal, s.visitorByLink,
	}
	for _, lookup := range lookups {
		found, err := lookup(ctx, b)
		switch {
		case err == nil &&
			found.Role == sso.RoleSetupLink &&
			v.Role == sso.RoleEnterpriseAdmin &&
			v.Sees(found.Enterprise):
			v.Link = found.Link
			return v, nil
		case err == nil &&
			(found.Role == sso.RoleEnterpriseAdmin || found.Role == sso.RoleOrganizationAdmin) &&
			b.Setup != "":
			v = found // unless the link is another enterprise's
		case err == nil:
			return found, nil
		case sso.KindOf(err) != sso.Unauthenticated:
			return sso.Visitor{}, err
		}
	}
	switch {
	case v.Role != "":
		return v, nil
	case b.Principal != nil:
		return sso.Visitor{}, &sso.Error{
			Kind:   sso.Forbidden,
			Code:   sso.CodeNotAnAdmin,
			Public: "You are signed in, but you do not administer anything here. Ask an admin of your company to add you.",
		}
	}
	return sso.Visitor{}, sso.NotSignedIn()
}

func (s *Service) visitorByAccount(ctx context.Context, b Browser) (sso.Visitor, error) {
	if b.Admin == "" {
		return sso.Visitor{}, sso.NotSignedIn()
	}
	session, a, err := s.Sessions.AdminSession(ctx, b.Admin.Hash(), idleTimeout)
	if err != nil {
		return sso.Visitor{}, err
	}
	if session.Session != "" && !isSecondStepOf(session, a, b.Principal) {
		return sso.Visitor{}, sso.NotSignedIn()
	}
	v := operatorVisitor(a)
	v.ConfirmedAt = session.ConfirmedAt
	if p := b.Principal; p != nil {
		v.User = p.User.ID
	}
	return v, nil
}

func operatorVisitor(a sso.Admin) sso.Visitor {
	return sso.Visitor{
		Role:  sso.RoleOperator,
		Actor: sso.Actor(a.ID),
		Name:  a.Name,
		Login: a.Login,
		Admin: a.ID,
	}
}

func (s *Service) visitorByPrincipal(ctx context.Context, b Browser) (sso.Visitor, error) {
	p := b.Principal
	if p == nil {
		return sso.Visitor{}, sso.NotSignedIn()
	}
	a, err := s.Accounts.AdminByUser(ctx, p.Enterprise.ID, p.User.ID)
	if err == nil && a.DisabledAt.IsZero() {
		return sso.Visitor{}, errSecondStep()
	}
	if err != nil && sso.KindOf(err) != sso.NotFoundKind {
		return sso.Visitor{}, err
	}
	v := sso.Visitor{
		Role:       sso.RoleEnterpriseAdmin,
		Actor:      sso.Actor(p.User.ID),
		Name:       p.User.Name,
		Login:      p.User.Login,
		Enterprise: p.Enterprise.ID,
		User:       p.User.ID,
		Through:    p.Session.Connection,
		SignedInAt: p.Session.CreatedAt,
	}
	administers, err := s.Access.Administers(ctx, p.Enterprise.ID, p.User.ID)
	if err != nil || administers {
		return v, err
	}
	v.Role = sso.RoleOrganizationAdmin
	v.Organizations, err = s.Organizations.AdministeredBy(ctx, p.Enterprise.ID, p.User.ID)
	if err == nil && len(v.Organizations) == 0 {
		err = sso.NotSignedIn()
	}
	if err != nil {
		return sso.Visitor{}, err
	}
	return v, nil
}

func (s *Service) visitorByLink(ctx context.Context, b Browser) (sso.Visitor, error) {
	if b.Setup == "" {
		return sso.Visitor{}, sso.NotSignedIn()
	}
	l, err := s.Links.SetupSession(ctx, b.Setup.Hash())
	if err != nil {
		return sso.Visitor{}, err
	}
	return sso.Visitor{
		Role:       sso.RoleSetupLink,
		Actor:      sso.Actor(l.ID),
		Name:       l.For,
		Enterprise: l.Enterprise,
		Connection: l.Connection,
		Intents:    l.Intents,
		Link:       l.ID,
	}, nil
}
