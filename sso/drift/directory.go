package drift

import (
	"context"
	"errors"
	"strings"

	"gatehouse/groupsync/entra"
	"gatehouse/groupsync/okta"
	"gatehouse/sso"
)

// graph lists the members of a group at Microsoft Graph; entra.Client does.
type graph interface {
	Members(ctx context.Context, app entra.Application, group string) ([]string, error)
}

// oktaAPI lists the members of a group at Okta; okta.Client does.
type oktaAPI interface {
	Members(ctx context.Context, at okta.Access, group string) ([]string, error)
}

// Listing says which group is read from the company's directory, and where.
type Listing struct {
	Group string // its name there
	// Okta is read if it is not nil, with a token that is not kept; else Microsoft
	// Graph, with the application of the connection's configuration.
	Okta *OktaAccess
}

// OktaAccess is an organization at Okta, and a token of a user there who may read
// groups.
type OktaAccess struct {
	URL   string // origin, such as https://acme.okta.com
	Token sso.Secret
}

// ExpectListed reads the members of a group from the company's directory and expects
// them, in place of what was expected of the group. Errors: Invalid
// "directory_group_unknown"; Conflict "no_directory" if the configuration names no
// application, "directory_busy" if another list of the company is being read; Upstream
// "directory_denied", "directory_unavailable", "too_many_members"; those of
// [Service.Expect].
func (s *Service) ExpectListed(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, l Listing,
) (sso.Expectation, error) {
	l.Group = strings.TrimSpace(l.Group)
	if problems := sso.ValidateName("group", l.Group); len(problems) > 0 {
		return sso.Expectation{}, errFields(problems)
	}
	c, err := s.Facts.Connection(ctx, ent, conn)
	if err != nil {
		return sso.Expectation{}, err
	}
	done, err := s.reading.begin(ent)
	if err != nil {
		return sso.Expectation{}, err
	}
	defer done()
	logins, err := s.list(ctx, c, l)
	if err != nil {
		return sso.Expectation{}, err
	}
	return s.keep(ctx, by, ent, conn, Wish{
		Group:  l.Group,
		Logins: logins,
	}, sso.ExpectedByDirectory)
}

func (s *Service) list(ctx context.Context, c sso.Connection, l Listing) ([]string, error) {
	if l.Okta != nil {
		logins, err := s.Okta.Members(ctx, okta.Access(*l.Okta), l.Group)
		return logins, forAdmin(
			err, "Okta refused the token. Check that it is active, and that its user may view groups and users.",
		)
	}
	d := directoryOf(c)
	if d == nil {
		return nil, &sso.Error{
			Kind: sso.Conflict,
			Code: "no_directory",
			Public: "This connection has no application at Microsoft Graph. Enter one in the settings of the " +
				"connection, under Microsoft Graph, and enable it.",
		}
	}
	logins, err := s.Graph.Members(ctx, entra.Application{
		Tenant:   d.Tenant,
		ClientID: d.ClientID,
		Secret:   d.ClientSecret,
		ByID:     d.ByID,
	}, l.Group)
	return logins, forAdmin(
		err, "Microsoft Graph refused. Give the application GroupMember.Read.All and User.Read.All with admin "+
			"consent, and check that its client secret has not expired.",
	)
}

// directoryOf returns the application of the configuration in use; nil if there is
// none.
func directoryOf(c sso.Connection) *sso.Directory {
	if c.Live == nil {
		return nil
	}
	return c.Live.Directory
}

// forAdmin words the errors of a directory for the admin who reads from it. Those
// of package entra are worded for a user who signs in.
func forAdmin(err error, denied string) error {
	e, ok := errors.AsType[*sso.Error](err)
	if !ok || e.Kind != sso.Upstream || e.Code == sso.CodeTooManyMembers {
		return err
	}
	other := *e
	other.Public = "The directory gave no usable list of members in time. Nothing was changed. Try again in a moment."
	if e.Code == sso.CodeDirectoryDenied {
		other.Public = denied
	}
	return &other
}
