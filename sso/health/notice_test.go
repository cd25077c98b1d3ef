package health_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/drift"
	"gatehouse/sso/health"
)

// provisioning returns a connection to Okta that provisions, and its state.
func provisioning() (sso.Connection, health.State) {
	c := samlConnection()
	c.Live.Provisioning = sso.ProvisionSCIM
	at := sso.ProvisioningContact{
		At:      begin,
		Remote:  "192.0.2.7",
		Request: "GET /Users",
	}
	return c, health.State{
		Now:         begin.Add(time.Hour),
		Connections: []sso.Connection{c},
		Reach: map[sso.ConnectionID]sso.ProvisioningReach{c.ID: {Known: sso.ProvisioningContacts{
			First: at,
			Last:  at,
		}}},
		Logins: map[sso.ConnectionID]sso.LoginCheck{},
	}
}

func TestNoticesOfRequests(t *testing.T) {
	t.Parallel()
	contacts := func(after time.Duration, request string) sso.ProvisioningContacts {
		return sso.ProvisioningContacts{}.Add(sso.ProvisioningContact{
			At:      begin.Add(after),
			Remote:  "192.0.2.7",
			Request: request,
		})
	}
	well, wrong := contacts(0, "GET /Users"), contacts(time.Minute, "GET https://sso.example/Users")
	for name, c := range map[string]struct {
		reach sso.ProvisioningReach
		want  string // of the text, "" for nothing
	}{
		"reached":           {sso.ProvisioningReach{Known: well}, ""},
		"repaired":          {sso.ProvisioningReach{Known: contacts(time.Hour, "GET /Users"), Unknown: wrong}, ""},
		"nothing":           {sso.ProvisioningReach{}, "Okta has never reached"},
		"without a token":   {sso.ProvisioningReach{Unknown: well}, "without a valid token"},
		"no token any more": {sso.ProvisioningReach{Known: well, Unknown: contacts(time.Minute, "GET /Users")}, "without a valid token"},
		"wrong address":     {sso.ProvisioningReach{Known: wrong}, "calls a wrong address, GET https://sso.example/Users, most recently on"},
		"by the ID":         {sso.ProvisioningReach{Unknown: wrong}, "calls a wrong address"},
	} {
		conn, s := provisioning()
		s.Reach[conn.ID] = c.reach
		found := health.Notices(s)
		if c.want == "" {
			if len(found) > 0 {
				t.Errorf("%s: %+v", name, found)
			}
			continue
		}
		if len(found) != 1 || !strings.Contains(found[0].Text, c.want) || found[0].Side != string(catalog.Company) ||
			!strings.Contains(found[0].Do, "Where: Okta Admin Console › Applications › the application › Provisioning › Integration.") {
			t.Errorf("%s: %+v", name, found)
		}
		unproven := strings.HasSuffix(found[0].Do, " If these are not its requests, ignore them.")
		if _, last := c.reach.State(); unproven != (last.Request != "" && last == c.reach.Unknown.Last) {
			t.Errorf("%s: %q", name, found[0].Do)
		}
		s.Connections[0].Live.Provisioning = sso.ProvisionJIT
		if found := health.Notices(s); len(found) > 0 {
			t.Errorf("%s, and does not provision: %+v", name, found)
		}
	}
}

func TestNoticesOfLogins(t *testing.T) {
	t.Parallel()
	c, s := provisioning()
	check := sso.LoginCheck{
		DifferentCount: 1,
		Different: []sso.LoginDifference{{
			Login:    "ada",
			UserName: "ada@acme.example",
		}},
	}
	for count, want := range map[int]string{
		0: "",
		1: "A person signs in as ada, and is pushed as ada@acme.example: they have two accounts here.",
		9: "9 people sign in under another login than is pushed, ada@acme.example as ada for example: they have two accounts here.",
	} {
		check.DifferentCount = count
		s.Logins[c.ID] = check
		text := ""
		for _, f := range health.Notices(s) {
			text += f.Text
		}
		if text != want {
			t.Errorf("%d: %q", count, text)
		}
	}
}

func TestNoticesOfGroups(t *testing.T) {
	t.Parallel()
	c, s := provisioning()
	line := drift.Line{
		Name:  "staff",
		Group: sso.Group{ID: "group-1"},
		Count: drift.Count{
			Expected: 2,
			Actual:   1,
			Missing:  1,
		},
		Reasons: []drift.Reason{{
			Reason:  sso.DriftWaitingForUser,
			Missing: true,
			People:  1,
			Since:   s.Now,
		}},
	}
	report := drift.Report{
		Connection: c,
		Applied:    true,
		Lines:      []drift.Line{line},
	}
	texts := func(change func(*drift.Report)) string {
		r := report
		r.Lines = []drift.Line{line}
		change(&r)
		s.Drift = []drift.Report{r}
		var all []string
		for _, f := range health.Notices(s) {
			all = append(all, f.Text)
		}
		return strings.Join(all, "\n")
	}
	for name, x := range map[string]struct {
		change func(*drift.Report)
		want   string
	}{
		"missing":       {func(*drift.Report) {}, "1 of 2 people who should be in staff are missing"},
		"being applied": {func(r *drift.Report) { r.Applying = true }, ""},
		"refused":       {func(r *drift.Report) { r.Lines[0].Refusals.Count = 1 }, ""},
		"deleted": {func(r *drift.Report) {
			r.Lines[0].Reasons = nil
			r.Lines[0].Change = drift.Change{Deleted: true, At: begin}
		}, "staff: the identity provider deleted the group on 24 November 2026"},
	} {
		if got := texts(x.change); got == "" != (x.want == "") || !strings.Contains(got, x.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	s.Now = begin.Add(day)
	if got := texts(func(r *drift.Report) { r.Lines[0].Reasons[0].Since = begin }); got != "" {
		t.Errorf("what is mailed is told twice: %s", got)
	}
}
