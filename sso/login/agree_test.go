package login_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/trial"
)

// agreement is one gate, and how to make it refuse a user.
type agreement struct {
	name    string
	code    string // what a sign-in is refused with; "" if the user is let in
	rule    func(cfg *sso.Config, person string)
	arrange func(w *world, c *company, person string)
	fault   demoidp.Fault // of every response
	held    bool          // the brake holds the plan
	// policy says that the dry run of policies, which takes every user for a new
	// one and plans no groups, decides the same.
	policy bool
	// groups says that a preview, which knows only groups, decides the same.
	groups bool
}

func agreements() []agreement {
	verification := func(mode, expression string) func(*sso.Config, string) {
		return func(cfg *sso.Config, _ string) {
			cfg.EmailVerification = sso.EmailVerification{
				Mode:       mode,
				Expression: expression,
			}
		}
	}
	return []agreement{
		{name: "let in", policy: true, groups: true},
		{
			name:   "sign-in rule",
			code:   "sign_in_denied",
			policy: true,
			rule: func(cfg *sso.Config, person string) {
				cfg.AllowSignIn = `identity.login != "` + person + `"`
			},
		},
		{
			name:   "first sign-in",
			code:   "first_sign_in_denied",
			policy: true,
			rule:   verification("expression", `"deny"`),
		},
		{
			name:   "vouching",
			code:   "vouch_required",
			policy: true,
			rule:   verification("expression", `"vouch"`),
		},
		{
			name:   "code by mail",
			code:   "verification_required",
			policy: true,
			rule:   verification("always", ""),
		},
		{
			name:   "unknown groups",
			code:   "groups_unknown",
			groups: true,
			fault:  demoidp.NoGroups,
			rule: func(cfg *sso.Config, _ string) {
				cfg.GroupSync.OnAbsent = sso.DenySignIn
			},
		},
		{
			name:    "inactive user",
			code:    "user_inactive",
			groups:  true,
			arrange: deactivate,
		},
		{
			name:    "inactive user whom the rule denies, too",
			code:    "user_inactive",
			arrange: deactivate,
			rule: func(cfg *sso.Config, person string) {
				cfg.AllowSignIn = `identity.login != "` + person + `"`
			},
		},
		{
			name:    "attribute that was sent",
			code:    "sign_in_denied",
			policy:  true,
			arrange: chooseAttributes,
			rule: func(cfg *sso.Config, person string) {
				cfg.Mapping.Attributes = map[string][]string{"given_name": {"firstName", "given_name"}}
				cfg.AllowSignIn = `user.attributes["given_name"] != "` + person + `"`
			},
		},
		{
			name:    "attribute that is known",
			policy:  true,
			arrange: chooseAttributes,
			rule: func(cfg *sso.Config, person string) {
				cfg.Mapping.Attributes = map[string][]string{"given_name": {"not sent"}}
				cfg.AllowSignIn = `user.attributes["given_name"] == "` + person + `"`
			},
		},
		{name: "login of another user", code: "login_in_use", arrange: takeLogin},
		{name: "brake", held: true, groups: true, arrange: lastAdmin},
	}
}

func deactivate(w *world, c *company, person string) {
	w.Helper()
	user := w.enters(c, person).User.ID
	_, err := w.db.UpdateUser(w.Context(), by, c.ID, user, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
}

// chooseAttributes makes the first name an attribute, and the person sign in with it.
func chooseAttributes(w *world, c *company, person string) {
	w.Helper()
	w.attributes(c, sso.Attribute{
		Name:  "given_name",
		Label: "First name",
		Type:  sso.AttributeText,
	})
	w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
		cfg.Mapping.Attributes = map[string][]string{"given_name": {"firstName", "given_name"}}
	})
	w.enters(c, person)
}

// takeLogin lets a user of another connection have the person's login.
func takeLogin(w *world, c *company, person string) {
	w.Helper()
	second := *c
	second.conn = w.connect(c, "Second", c.conn.Protocol)
	w.enters(&second, person)
}

// lastAdmin makes the person the only admin, who is then sent without groups.
func lastAdmin(w *world, c *company, person string) {
	w.Helper()
	w.enters(c, person)
	_, err := w.db.UpdateGroup(w.Context(), by, c.ID, c.groups["web/dev"].ID, func(g sso.Group) (sso.Group, error) {
		g.Admin = true
		return g, nil
	})
	w.ok(err)
	w.ok(c.idp.SetGroups("id-"+person, []string{"ops"}))
}

// TestSinksAgree: sign-ins, test connections, previews and shadow mode decide
// alike about the same facts, gate by gate. A new gate needs a row here.
func TestSinksAgree(t *testing.T) {
	t.Parallel()
	for _, gate := range agreements() {
		t.Run(gate.name, func(t *testing.T) {
			each(t, func(w *world) {
				for _, c := range []*company{w.acme, w.globex} {
					w.agree(c, gate)
				}
			})
		})
	}
}

func (w *world) agree(c *company, gate agreement) {
	w.Helper()
	const person = "grace"
	addPerson(c.idp, person, []string{"dev"})
	if gate.arrange != nil {
		gate.arrange(w, c, person)
	}
	respond := func() {
		if gate.fault != "" {
			c.idp.SetFaultOnce(gate.fault)
		}
	}
	rule := func(cfg *sso.Config) {
		if gate.rule != nil {
			gate.rule(cfg, person)
		}
	}
	w.edit(c, func(_ *sso.Connection, cfg *sso.Config) { rule(cfg) })
	compared := w.shadow(c, func(*sso.Config) {})

	respond()
	run, _ := w.beginTest(c)
	w.foretells(
		c, gate, "test connection",
		w.ended(c, run, w.tryOutAs(c, person, run, w.browser)),
	)

	w.clock.Move(time.Second) // so that its attempt is the newest
	respond()
	result, err := w.completeBy(compared, c, w.answer(c, person, w.begin(c)))
	code := sso.CodeOf(err)
	if result.Proof != "" {
		code = "verification_required"
	}
	if code != gate.code || (result.Sync.Held != "") != gate.held {
		w.Errorf(
			"%s: the sign-in came to %q, held %q: %v", c.Key, code, result.Sync.Held,
			err,
		)
	}
	if _, differences := w.tally(c, 1); !gate.held && len(differences) != 0 {
		w.Errorf("%s: shadow mode says %+v", c.Key, differences)
	}
	w.agreeLater(c, gate, person)
}

// agreeLater asks those that look at what a sign-in left.
func (w *world) agreeLater(c *company, gate agreement, person string) {
	w.Helper()
	ctx := w.Context()
	all, _, err := w.db.Attempts(ctx, c.ID, sso.AttemptFilter{}, sso.Page{})
	w.ok(err)
	attempt, err := w.db.AssertedAttempt(ctx, c.ID, all[0].ID)
	w.ok(err)
	if gate.code != "verification_required" { // of a sign-in that waits, what was asserted is kept elsewhere
		replay, err := w.login.Replay(ctx, by, c.ID, c.conn.ID, attempt.ID)
		w.ok(err)
		w.foretells(c, gate, "replay", replay)
	}
	if gate.groups {
		preview, err := w.login.PreviewSync(
			ctx, c.ID, c.conn.ID,
			trial.PreviewRequest{
				Login:  person,
				Groups: attempt.Groups,
				Draft:  true,
			},
		)
		w.ok(err)
		code := ""
		if preview.Refused != nil {
			code = preview.Refused.Code
		}
		if code != gate.code || (preview.Changes.Held != nil) != gate.held {
			w.Errorf(
				"%s: the preview comes to %q, held %v", c.Key, code,
				preview.Changes.Held,
			)
		}
	}
	if !gate.policy {
		return
	}
	trials, err := connections.New(connections.Options{
		Connections: w.db,
		Groups:      w.db,
		Domains:     w.db,
		Trials:      w.db,
		Trusts:      w.db,
	}).DryRun(ctx, c.ID, c.conn.ID, nil, nil)
	w.ok(err)
	if code := foretoldBy(trials[0].Email, trials[0].Denied); code != gate.code {
		w.Errorf("%s: the dry run comes to %q", c.Key, code)
	}
}

// foretells checks what a test connection or a replay says about a sign-in.
func (w *world) foretells(c *company, gate agreement, sink string, run sso.TestRun) {
	w.Helper()
	code := run.Code
	if code == "" {
		code = foretoldBy(
			run.Result.Email, run.Result.Allowed != nil && !*run.Result.Allowed,
		)
	}
	warned := func(code string) bool {
		return slices.ContainsFunc(run.Result.Warnings, func(w sso.Warning) bool {
			return w.Code == code
		})
	}
	if code == "" && warned("login_contested") {
		code = "login_in_use"
	}
	if code != gate.code || warned("sync_held") != gate.held {
		w.Errorf(
			"%s: the %s comes to %q, want %q: %+v", c.Key, sink, code, gate.code,
			run,
		)
	}
}

// foretoldBy is the refusal that a decision of the policies stands for.
func foretoldBy(email sso.EmailDecision, denied bool) string {
	if denied {
		return "sign_in_denied"
	}
	return map[sso.EmailAction]string{
		sso.DenyEntry:   "first_sign_in_denied",
		sso.VouchFirst:  "vouch_required",
		sso.RequireCode: "verification_required",
	}[email.Action]
}
