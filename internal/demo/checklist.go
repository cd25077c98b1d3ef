package demo

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/sso"
)

// facts determine the ticks of the checklist: the store's records, and the requests
// at the proxy.
type facts struct {
	overSAML, overOIDC, changed, refused, unknown, revoked bool
	code                                                   bool // requested, and entered
	// why the contractor needed no code; empty: not signed in yet
	contractor string
	fetched    int // number of groups from Graph
	// Initech: its connection, by a test, and by a sign-in
	drafted, tested, connected bool
	// Hooli: people who were pushed, members of the group, the scope of the token, and
	// whether provisioning was broken on purpose
	pushed, members int
	widened, broken bool
	proxyFacts
}

// step is one line of the checklist.
type step struct {
	Title, Text    string
	Link, LinkText string
	Done           bool
	Found          string // the result, shown beside the tick
}

// loadFacts loads the facts.
func (d *Demo) loadFacts(ctx context.Context) (facts, error) {
	f := facts{proxyFacts: d.seen.soFar()}
	for _, ent := range []sso.EnterpriseID{d.acme.ID, d.globex.ID} {
		if err := d.synced(ctx, ent, &f); err != nil {
			return facts{}, err
		}
		refused, err := d.attempts(ctx, ent, sso.AttemptFilter{Outcome: sso.OutcomeFailed})
		if err != nil {
			return facts{}, err
		}
		revoked, err := d.revoked(ctx, ent)
		if err != nil {
			return facts{}, err
		}
		f.refused, f.revoked = f.refused || len(refused) > 0, f.revoked || revoked
	}
	if err := d.setUp(ctx, &f); err != nil {
		return facts{}, err
	}
	if err := d.hooliFacts(ctx, &f); err != nil {
		return facts{}, err
	}
	return f, d.succeeded(ctx, &f)
}

// revoked reports whether an admin ended a session of a company.
func (d *Demo) revoked(ctx context.Context, ent sso.EnterpriseID) (bool, error) {
	for _, action := range []string{"session.revoked", "user.sessions_revoked"} {
		events, _, err := d.options.Store.AuditEvents(
			ctx, ent, sso.AuditFilter{Action: action}, sso.Page{Limit: 200},
		)
		if err != nil {
			return false, fmt.Errorf("read audit events: %w", err)
		}
		if slices.ContainsFunc(events, endedByAdmin) {
			return true, nil
		}
	}
	return false, nil
}

// endedByAdmin reports whether an admin ended the session of an audit event. A sign-out is
// the same event, by the user; at a logout of the identity provider, no user is named.
func endedByAdmin(e sso.AuditEvent) bool {
	user := e.Detail["user"]
	if e.Action == "user.sessions_revoked" {
		user = e.Target
	}
	return user != "" && user != e.Actor
}

// setUp loads the progress of connecting Initech.
func (d *Demo) setUp(ctx context.Context, f *facts) error {
	connections, err := d.options.Store.Connections(ctx, d.initech.ID)
	if err != nil {
		return fmt.Errorf("read connections: %w", err)
	}
	tests, _, err := d.options.Store.TestRuns(
		ctx, d.initech.ID, sso.TestFilter{State: sso.TestPassed}, sso.Page{Limit: 1},
	)
	if err != nil {
		return fmt.Errorf("read test connections: %w", err)
	}
	f.drafted, f.tested = len(connections) > 0, len(tests) > 0
	return nil
}

// synced loads the facts about groups from a company's sync records.
func (d *Demo) synced(ctx context.Context, ent sso.EnterpriseID, f *facts) error {
	records, _, err := d.options.Store.SyncRecords(ctx, ent, sso.SyncFilter{}, sso.Page{Limit: 200})
	if err != nil {
		return fmt.Errorf("read sync records: %w", err)
	}
	f.changed = f.changed || changedLater(records)
	for _, r := range records {
		f.unknown = f.unknown ||
			r.Asserted.State == sso.GroupsAbsent ||
			r.Asserted.State == sso.GroupsOverage
		if fetched(r.Asserted) {
			f.fetched = max(f.fetched, len(r.Asserted.Names))
		}
	}
	return nil
}

// succeeded loads the facts about successful sign-ins.
func (d *Demo) succeeded(ctx context.Context, f *facts) error {
	for _, who := range []struct {
		ent   sso.EnterpriseID
		login string // empty: any user
		found func([]sso.Attempt)
	}{
		{d.acme.ID, adaLogin, func(all []sso.Attempt) { f.overSAML = len(all) > 0 }},
		{d.globex.ID, "", func(all []sso.Attempt) { f.overOIDC = len(all) > 0 }},
		{d.initech.ID, "", func(all []sso.Attempt) { f.connected = len(all) > 0 }},
		{d.acme.ID, contractorLogin, func(all []sso.Attempt) {
			for _, a := range all {
				if a.Email.Action == sso.SkipCode {
					f.contractor = a.Email.Reason
				}
			}
		}},
		{d.globex.ID, margaretLogin, func(all []sso.Attempt) {
			f.code = slices.ContainsFunc(all, func(a sso.Attempt) bool {
				return a.Email.Action == sso.RequireCode
			})
		}},
	} {
		all, err := d.attempts(ctx, who.ent, sso.AttemptFilter{
			Outcome: sso.OutcomeSucceeded,
			Login:   who.login,
		})
		if err != nil {
			return err
		}
		who.found(all)
	}
	return nil
}

func (d *Demo) attempts(ctx context.Context, ent sso.EnterpriseID, filter sso.AttemptFilter) ([]sso.Attempt, error) {
	all, _, err := d.options.Store.Attempts(ctx, ent, filter, sso.Page{Limit: 200})
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	return all, nil
}

// changedLater reports whether a sign-in other than a user's first changed
// memberships.
func changedLater(records []sso.SyncRecord) bool {
	first := map[sso.UserID]sso.SyncRecord{}
	for _, r := range records {
		if f, ok := first[r.User]; !ok ||
			r.At.Before(f.At) ||
			r.At.Equal(f.At) && r.ID < f.ID {
			first[r.User] = r
		}
	}
	return slices.ContainsFunc(records, func(r sso.SyncRecord) bool {
		return r.ID != first[r.User].ID && len(r.Added)+len(r.Removed) > 0
	})
}

func (d *Demo) steps(f facts) []step {
	var because, named string
	if f.contractor != "" {
		because = "Why: " + f.contractor
	}
	if f.fetched > 0 {
		named = fmt.Sprintf("The directory named %d groups.", f.fetched)
	}
	return append([]step{
		{
			"Sign in to Acme as Ada", "Over SAML. Ada is in groups of the same name in three organizations.",
			signInLink("acme"), "Sign in to Acme", f.overSAML, "",
		},
		{
			"Read the wiki", "It has no sign-in of its own: a reverse proxy asks Gatehouse who you are.",
			"/demo/wiki", "The wiki", f.wiki, "",
		},
		{
			"Be refused by the API",
			"Its releases are for release managers. Open them as Grace, who is none.",
			signInLinkTo("acme", "/demo/api/releases"),
			"Sign in, then the releases",
			f.forbidden,
			"",
		},
		{
			"Change Ada’s groups and sign in again",
			"At Acme’s identity provider, take her out of admins. The next sign-in resets her memberships in every organization.",
			idpPath("acme") + "/people/" + adaID,
			"Edit Ada’s groups",
			f.changed,
			"",
		},
		{
			"Sign in to Globex",
			"Over OpenID Connect, as anyone there. While you are signed in to Acme, Gatehouse asks first: that session would end.",
			signInLink("globex"),
			"Sign in to Globex",
			f.overOIDC,
			"",
		},
		{
			"Verify an address",
			"Margaret of Globex has an address at a domain that Globex has not verified. Read the code in the outgoing mail, in a second tab; she is asked once.",
			signInLink("globex"),
			"Sign in to Globex",
			f.code,
			"",
		},
		{
			"Sign in as a contractor without a mailbox",
			"Kim of Acme could not read a code. Acme’s rule lets contractors in without one.",
			signInLink("acme"),
			"Sign in to Acme",
			f.contractor != "",
			because,
		},
		{
			"Be in too many groups",
			"Katherine of Globex is in more groups than a sign-in can carry. Gatehouse asks the directory for them.",
			signInLink("globex"),
			"Sign in to Globex",
			f.fetched > 0,
			named,
		},
		{
			"Make the identity provider misbehave",
			"Switch on a fault, such as a wrong audience, sign in, and read what people are told.",
			idpPath("acme") + "/faults",
			"Fault switches",
			f.refused,
			"",
		},
		{
			"Leave the groups out",
			"With the fault “No groups attribute”: not knowing someone’s groups takes no one out of one.",
			idpPath("acme") + "/faults",
			"Fault switches",
			f.unknown,
			"",
		},
		{
			"Open the console",
			"Where admins set up companies and find out what went wrong. " +
				"Here you are its operator, without a password.",
			consolePath,
			"The console",
			f.console,
			"",
		},
		{
			"End a session",
			"Sign in to Acme in a private window, and read the wiki there. " +
				"Then, in the console, open that person and press End beside the session.",
			consoleLink("/admin/enterprises/acme/people"),
			"Acme’s people",
			f.revoked,
			"",
		},
		{
			"See it ended", "In the private window, open the wiki again: it is refused at once.",
			"/demo/wiki", "The wiki", f.ended, "",
		},
		{
			"Connect Initech",
			"With the setup assistant, as Initech’s IT admin would: choose Another identity provider. In a second tab, add the application at Initech’s directory: it takes SAML and OpenID Connect.",
			consoleLink("/admin/enterprises/initech/connections/new"),
			"Set up",
			f.drafted,
			"",
		},
		{
			"Test the connection",
			"The assistant’s test writes nothing. Try it as Luca, whose group is nearly right; switch a fault on and see what it says.",
			consoleLink("/admin/enterprises/initech/connections"),
			"Initech’s connection",
			f.tested,
			"",
		},
		{
			"Enable it, and sign in", "The last step of the assistant. Then anyone of Initech gets in.",
			signInLink("initech"), "Sign in to Initech", f.connected, "",
		},
	}, d.hooliSteps(f)...)
}

func signInLink(key string) string { return signInLinkTo(key, "/demo/whoami") }

// signInLinkTo returns a sign-in link that makes the identity provider ask for the
// person, even if a session exists.
func signInLinkTo(key, path string) string {
	return "/login/sso?enterprise_key=" + key + "&prompt=login&return_to=" + path
}
