package provisioning_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store"
)

// service returns the service of provisioning over the fixture's database.
func (f *fixture) service() *provisioning.Service {
	return provisioning.New(provisioning.Options{
		Users:       f.db,
		Groups:      f.db,
		Connections: f.db,
		Tokens:      f.Tokens,
		Checks:      f.Tokens,
		CursorKeys:  []sso.Secret{"key"},
		Log:         slog.New(slog.DiscardHandler),
		Now:         f.clock.Now,
		Rehearse: func(
			ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, provisioning.Records) error,
		) error {
			return f.db.Rehearse(ctx, ent, func(ctx context.Context, db *store.DB) error {
				return fn(ctx, provisioning.Records{
					Users:       db,
					Groups:      db,
					Connections: db,
				})
			})
		},
	})
}

// provisions makes pushes to the connection count.
func (f *fixture) provisions(change func(*sso.Config)) {
	f.Helper()
	_, err := f.db.UpdateConnection(f.Context(), admin, f.ent.ID, f.conn.ID, "test",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Draft
			live.Provisioning = sso.ProvisionSCIM
			change(&live)
			c.Live, c.State = &live, sso.ConnectionEnabled
			return c, nil
		})
	f.ok(err)
}

// answers are the results of a test in a line each: "find-user 200".
func answers(t provisioning.Tested) string {
	var lines []string
	for _, r := range t.Results {
		line := string(r.Probe) + " " + fmt.Sprint(r.Status)
		if r.Skipped {
			line = string(r.Probe) + " skipped"
		}
		if r.Code != "" {
			line += " " + r.Code
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

const allPass = `find-user 200
list-users 200
find-group 200
list-groups 200
create-user 201
update-user 200
create-group 201
add-member 204
remove-member 204
deactivate-user 200
delete-group 204
delete-user 204`

const usersOnly = `find-user 200
list-users 200
find-group 403 %[1]s
list-groups 403 %[1]s
create-user 201
update-user 200
create-group 403 %[1]s
add-member skipped
remove-member skipped
deactivate-user 200
delete-group skipped
delete-user 204`

const closed = `find-user 401 %s
list-users skipped
find-group skipped
list-groups skipped
create-user skipped
update-user skipped
create-group skipped
add-member skipped
remove-member skipped
deactivate-user skipped
delete-group skipped
delete-user skipped`

// TestTest: a connection that works passes, before it is enabled and afterwards, by
// the record of a token and by its value.
func TestTest(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		k, bearer := f.create(f.conn, "entra-1")
		s := f.service()
		for name, test := range map[string]provisioning.Test{
			"by record": {Token: k.ID},
			"by value":  {Bearer: sso.Secret(bearer)},
		} {
			f.passes(s, name, test, k)
		}
		f.provisions(func(*sso.Config) {})
		f.passes(s, "enabled", provisioning.Test{Token: k.ID}, k)
	})
}

func (f *fixture) passes(s *provisioning.Service, name string, test provisioning.Test, k sso.ProvisioningToken) {
	f.Helper()
	before := f.everything()
	test.Enterprise, test.Connection = f.ent.ID, f.conn.ID
	tested, err := s.Test(f.Context(), test)
	f.ok(err)
	if got := answers(tested); got != allPass || !tested.Passed() || tested.Token.ID != k.ID {
		f.Errorf("%s: token %q\n%s", name, tested.Token.ID, got)
	}
	if after := f.everything(); after != before {
		f.Errorf("%s: left behind: %s, before: %s", name, after, before)
	}
}

// everything is what a test could leave behind.
func (f *fixture) everything() string {
	f.Helper()
	users, err := f.db.ProvisionedUsers(f.Context(), f.ent.ID, f.conn.ID, nil, sso.ResourcePage{Limit: 10, Total: true})
	f.ok(err)
	groups, err := f.db.ProvisionedGroups(f.Context(), f.ent.ID, f.conn.ID, nil, sso.ResourcePage{Limit: 10, Total: true})
	f.ok(err)
	people, _, err := f.db.Users(f.Context(), f.ent.ID, sso.UserFilter{}, sso.Page{})
	f.ok(err)
	events, _, err := f.db.ProvisioningEvents(f.Context(), f.ent.ID, sso.ProvisioningEventFilter{}, sso.Page{})
	f.ok(err)
	refusals, _, err := f.db.ProvisioningRefusals(f.Context(), f.ent.ID, sso.RefusalFilter{Connection: f.conn.ID}, sso.Page{})
	f.ok(err)
	tokens, _, err := f.db.ProvisioningTokens(f.Context(), f.ent.ID, f.conn.ID, sso.Page{})
	f.ok(err)
	audit, err := f.db.VerifyAudit(f.Context(), f.ent.ID)
	f.ok(err)
	return fmt.Sprintf(
		"%d users, %d groups, %d people, %d events, %d refusals, used %v, %d audit events",
		users.Total, groups.Total, len(people), len(events), len(refusals), tokens[0].LastUsedAt, audit,
	)
}

// TestTestRefused: what would be refused is found, with the text that the identity
// provider gets.
func TestTestRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		full, bearer := f.create(f.conn, "entra-1")
		narrow, _ := f.create(f.conn, "entra-2")
		_, err := f.Edit(f.Context(), admin, f.ent.ID, f.conn.ID, narrow.ID, provisioning.TokenEdit{
			Scopes: []sso.ProvisioningScope{sso.ScopeUsersWrite},
		})
		f.ok(err)
		_, elsewhere := f.create(f.other, "okta-1")
		s := f.service()
		wants := func(name, want, detail string, test provisioning.Test) {
			f.Helper()
			test.Enterprise, test.Connection = f.ent.ID, f.conn.ID
			tested, err := s.Test(f.Context(), test)
			f.ok(err)
			if got := answers(tested); got != want || tested.Passed() || !strings.Contains(fmt.Sprint(tested.Results), detail) {
				f.Errorf("%s:\n%s\n%v", name, got, tested.Results)
			}
		}
		wants("users only", fmt.Sprintf(usersOnly, "scim_scope_missing"), `"entra-2" lacks scope groups:read`,
			provisioning.Test{Token: narrow.ID})
		wants("wrong connection", fmt.Sprintf(closed, "scim_token_elsewhere"), "belongs to another connection",
			provisioning.Test{Bearer: sso.Secret(elsewhere)})
		wants("no token at all", fmt.Sprintf(closed, "scim_token_invalid"), "No valid bearer token",
			provisioning.Test{Bearer: "gw_scim_x"})
		f.provisions(func(c *sso.Config) { c.SCIM.GroupsOff = true })
		wants("groups off", fmt.Sprintf(usersOnly, "scim_groups_off"), "a new token will not help",
			provisioning.Test{Token: full.ID})
		f.clock.Move(25 * time.Hour)
		wants("expired", fmt.Sprintf(closed, "scim_token_expired"), `"entra-1" expired`,
			provisioning.Test{Token: full.ID})
		f.ok(f.Revoke(f.Context(), admin, f.ent.ID, f.conn.ID, full.ID))
		wants("revoked", fmt.Sprintf(closed, "scim_token_revoked"), `"entra-1" was revoked`,
			provisioning.Test{Bearer: sso.Secret(bearer)})
		for _, test := range []provisioning.Test{
			{Enterprise: f.ent.ID, Connection: f.conn.ID, Token: "scimtok-x"},
			{Enterprise: f.ent.ID, Connection: f.stranger.ID, Token: full.ID},
		} {
			if _, err := s.Test(f.Context(), test); sso.KindOf(err) != sso.NotFoundKind {
				f.Errorf("%+v: %v", test, err)
			}
		}
	})
}

// TestSetupLinkTokens: the holder of a setup link creates tokens, but not where pushes
// count already and could make an admin.
func TestSetupLinkTokens(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		create := func(by sso.Actor, name string) error {
			_, _, err := f.Create(f.Context(), by, f.ent.ID, f.conn.ID, provisioning.NewToken{Name: name})
			return err
		}
		org, err := f.db.CreateOrganization(f.Context(), admin, sso.Organization{
			Enterprise: f.ent.ID,
			Key:        "web",
			Name:       "Web",
		})
		f.ok(err)
		f.ok(create("link-it", "before"))
		f.provisions(func(*sso.Config) {})
		f.ok(create("link-it", "without admin groups"))
		_, err = f.db.CreateGroup(f.Context(), admin, f.ent.ID, sso.Group{
			Organization: org.ID,
			Name:         "admins",
			Admin:        true,
		})
		f.ok(err)
		if err := create("link-it", "refused"); sso.CodeOf(err) != "admin_groups_mapping" {
			f.Errorf("got %v", err)
		}
		all, _, err := f.db.ProvisioningTokens(f.Context(), f.ent.ID, f.conn.ID, sso.Page{})
		f.ok(err)
		_, err = f.Edit(f.Context(), "link-it", f.ent.ID, f.conn.ID, all[0].ID, provisioning.TokenEdit{
			Scopes: []sso.ProvisioningScope{sso.ScopeSCIM},
		})
		if sso.CodeOf(err) != "admin_groups_mapping" {
			f.Errorf("scopes by a link: %v", err)
		}
		f.ok(create("user-ada", "by an admin"))
	})
}
