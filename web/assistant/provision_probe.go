package assistant

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/guide"
	"gatehouse/sso/provisioning"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// testInput is what a test is run with.
type testInput struct {
	token  sso.ProvisioningTokenID
	secret string
	flash  string
}

func (a *Assistant) showProvisionTest(w http.ResponseWriter, r *http.Request, p *provisionState) error {
	flash := console.Said(r, map[string]string{
		"widened": "The token has scope scim now, which allows everything. Its value stays the same. Test again.",
	})
	return a.renderTest(w, p, &testInput{flash: flash}, nil, nil)
}

// runTest tests the connection with a token of the list, or with a pasted one.
func (a *Assistant) runTest(w http.ResponseWriter, r *http.Request, p *provisionState) error {
	in := &testInput{secret: connections.Tidy(r.PostForm.Get("secret"))}
	t := provisioning.Test{
		Enterprise: p.Enterprise.ID,
		Connection: p.Connection.ID,
		Bearer:     sso.Secret(in.secret),
	}
	if in.secret == "" {
		id, err := sso.ParseID[sso.ProvisioningTokenID](r.PostForm.Get("token"))
		if err != nil {
			return a.renderTest(w, p, in, nil, sso.InvalidField(
				"validation_failed", "token", "Choose a token, or paste one.",
			))
		}
		in.token, t.Token = id, id
	}
	tested, err := a.Tester.Test(r.Context(), t)
	if err != nil {
		return err
	}
	for i := range p.tokens {
		if p.tokens[i].ID == tested.Token.ID {
			p.tokens[i].TestedAt = tested.Token.TestedAt
		}
	}
	return a.renderTest(w, p, in, &tested, nil)
}

func (a *Assistant) renderTest(
	w http.ResponseWriter, p *provisionState, in *testInput, tested *provisioning.Tested, err error,
) error {
	base, frame := a.frame(p, "test")
	base.Flash, frame.Heading = in.flash, "Test provisioning"
	fields := p.testFields(a, in)
	blamed := make([]*ui.Field, len(fields))
	for i := range fields {
		blamed[i] = &fields[i]
	}
	page := &provisionTestPage{
		Base:      base,
		stepFrame: frame,
		Reach:     a.reachOf(p),
		CanTest:   len(p.tokens) > 0,
		Connect:   p.at("connect"),
		OwnTest:   pieces(p.scim.OwnTest.Text),
		Form: setupForm{
			Wrong:  ui.Blame(err, blamed...),
			Fields: fields,
			Action: p.at("test"),
			Button: "Test this connection",
		},
	}
	if tested != nil {
		page.Result = p.result(*tested)
	} else if k := p.tested(a); k != nil {
		page.Passed = &passedTest{
			Token: k.Name,
			At:    ui.NewTime(k.TestedAt, a.Now()),
		}
	}
	return a.Console.Render(w, console.FormStatus(err), page)
}

func (p *provisionState) testFields(a *Assistant, in *testInput) []ui.Field {
	token := ui.Field{
		ID:    "token",
		Name:  "token",
		Label: "Token",
		Hint:  "The one that you entered in " + p.place() + ". The test has its scopes; its value is not needed.",
		Kind:  "select",
	}
	for _, k := range p.tokens {
		label := k.Name
		if badge := a.tokenRow(k).Badge; badge.State != "ok" {
			label += " (" + badge.Label + ")"
		}
		token.Options = append(token.Options, ui.Option{
			Value:  string(k.ID),
			Label:  label,
			Chosen: k.ID == in.token,
		})
	}
	return []ui.Field{token, {
		ID:           "secret",
		Name:         "secret",
		Label:        "Or paste a token",
		Hint:         "To find out whether it is the right one. It is used for this test and not stored.",
		Kind:         "password",
		Optional:     true,
		Autocomplete: "off",
	}}
}

// reachOf says which requests have reached the address of the connection.
func (a *Assistant) reachOf(p *provisionState) reach {
	known, unknown := p.reach.Known, p.reach.Unknown
	state, last := p.reach.State()
	out := reach{}
	switch {
	case state == sso.ReachElsewhere:
		out.Badge = ui.Badge{Label: "at a wrong address", State: "warn"}
		out.Sentence = "The last request was sent to a wrong address, where nothing answers: " + last.Request
		out.Do = p.unreached(a)[1:2]
	case known.Any():
		out.Badge = ui.Badge{Label: "reached", State: "ok"}
		out.Sentence = "Requests with a token of this connection have arrived."
	case unknown.Any():
		out.Badge = ui.Badge{Label: "without a valid token", State: "warn"}
		out.Sentence = "Requests have arrived, so the network is open. None had a valid token of this connection."
		out.Do = [][]piece{
			pieces("Create a token, and enter it in " + p.place() + " as it is, without a line break or `Bearer` " +
				"in front of it."),
			pieces("If these are not requests of " + p.place() + ", they are of no importance: anyone can send some."),
		}
	default:
		out.Badge = ui.Badge{Label: "nothing yet", State: "warn"}
		out.Sentence = "No request has reached the address of this connection yet."
		out.Do = p.unreached(a)
	}
	for _, kind := range []struct {
		contacts sso.ProvisioningContacts
		what     string
	}{
		{known, "with a token"},
		{unknown, "without a valid token"},
	} {
		if kind.contacts.Any() {
			out.Rows = append(
				out.Rows,
				a.contactRow("First "+kind.what, kind.contacts.First),
				a.contactRow("Last "+kind.what, kind.contacts.Last),
			)
		}
	}
	return out
}

func (a *Assistant) contactRow(what string, c sso.ProvisioningContact) contactRow {
	return contactRow{
		What:    what,
		From:    cmp.Or(c.Remote, "unknown"),
		Client:  cmp.Or(c.Client, "not named"),
		Request: c.Request,
		At:      ui.NewTime(c.At, a.Now()),
		Answer:  statusBadge(c.Status),
	}
}

func statusBadge(status int) ui.Badge {
	b := ui.Badge{Label: strconv.Itoa(status), State: "ok"}
	if status >= http.StatusBadRequest {
		b.State = "error"
	}
	return b
}

// unreached is what to do while no request has come.
func (p *provisionState) unreached(a *Assistant) [][]piece {
	address := a.Values(p.Enterprise, p.Connection)[guide.SCIMURL]
	return [][]piece{
		pieces(p.scim.First + " If you did that, the request did not get here."),
		pieces("Compare the address that you entered with this one, letter by letter: `" + address + "`"),
		pieces("Single sign-on goes through the browser of a person, and SCIM does not: " + p.place() +
			" sends its requests from its own servers. So this address has to be open to the internet, over HTTPS " +
			"with a certificate that it trusts."),
		pieces(p.scim.Network),
	}
}

// result is what a test found, line by line.
func (p *provisionState) result(t provisioning.Tested) *testResult {
	out := &testResult{
		Heading: "The test passed",
		Badge:   ui.Badge{Label: "passed", State: "ok"},
		Token:   t.Token.Name,
	}
	if !t.Passed() {
		out.Heading = "The test failed"
		out.Badge = ui.Badge{Label: "failed", State: "error"}
		out.Again = pieces(p.scim.Again)
	}
	for _, r := range t.Results {
		row := probeRow{
			What:    probeName(r.Probe),
			Request: r.Request,
			Answer:  statusBadge(r.Status),
			Own:     "no",
		}
		if r.Skipped {
			row.Answer = ui.Badge{Label: "not tried"}
		}
		if p.scim.OwnTest.Covers(string(r.Probe)) {
			row.Own = "yes"
		}
		if r.Detail != "" && !slices.Contains(out.Refused, r.Detail) {
			out.Refused = append(out.Refused, r.Detail)
		}
		out.Rows = append(out.Rows, row)
	}
	p.mend(out, t)
	return out
}

// mend adds what mends a refusal here.
func (p *provisionState) mend(out *testResult, t provisioning.Tested) {
	for _, r := range t.Results {
		switch r.Code {
		case sso.CodeScopeMissing:
			out.Fix = &ui.Press{
				Label:  "Add scope scim to " + t.Token.Name,
				Action: p.at("scope"),
				Fields: []ui.HiddenField{{Name: "token", Value: string(t.Token.ID)}},
			}
			return
		case sso.CodeGroupsOff:
			if p.Role != sso.RoleSetupLink {
				out.Settle = &ui.Link{
					Label: "Switch group provisioning on",
					Href:  console.AtConnection(p.Enterprise, p.Connection.ID, "settings"),
				}
			}
			return
		}
	}
}

func probeName(id provisioning.Probe) string {
	return map[provisioning.Probe]string{
		provisioning.ProbeFindUser:       "Look for a user",
		provisioning.ProbeListUsers:      "List users",
		provisioning.ProbeFindGroup:      "Look for a group",
		provisioning.ProbeListGroups:     "List groups",
		provisioning.ProbeCreateUser:     "Create a user",
		provisioning.ProbeUpdateUser:     "Change the user",
		provisioning.ProbeCreateGroup:    "Create a group",
		provisioning.ProbeAddMember:      "Add the user to the group",
		provisioning.ProbeRemoveMember:   "Remove the user from the group",
		provisioning.ProbeDeactivateUser: "Deactivate the user",
		provisioning.ProbeDeleteGroup:    "Delete the group",
		provisioning.ProbeDeleteUser:     "Delete the user",
	}[id]
}
