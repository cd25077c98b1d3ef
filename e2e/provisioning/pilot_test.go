package provisioning

import (
	"net/http"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// pilot switches the connection to SCIM for the members of some groups, and for some
// users.
func (c *company) pilot(groups, users []string) {
	c.api.Do(http.MethodPatch, c.path, harness.Object{
		"provisioning": "scim",
		"scim": harness.Object{"pilot": harness.Object{
			"groups": groups,
			"users":  users,
		}},
	}, nil)
	c.Switch(c.connection.ID, "enable")
}

// applyToAll ends the pilot, after a preview that changes nothing.
func (c *company) applyToAll(t testing.TB) {
	t.Helper()
	before := c.statuses()
	var preview struct{ Adopted, Created, Held, Waiting int }
	c.api.Do(http.MethodGet, c.path+"/provisioning/preview?everyone=true", nil, &preview)
	if preview.Waiting != 0 || preview.Adopted+preview.Created == 0 {
		t.Errorf("the preview of the end of the pilot is %+v", preview)
	}
	if after := c.statuses(); len(after) != len(before) {
		t.Errorf("the preview made %d accounts of %d", len(after), len(before))
	}
	c.api.Do(http.MethodPost, c.path+"/provisioning/apply", nil, nil)
}

// noneDiffers waits until everyone is applied, and asserts that the members of no
// group differ from what the identity provider sent. A refusal stays open if the
// name was changed before the scope was added, and no one asks for it again.
func (c *company) noneDiffers(t testing.TB) {
	t.Helper()
	var list struct {
		Pushed, Adopted int
		MissingUsers    []string `json:"missing_users"`
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		c.api.Do(http.MethodGet, c.path+"/provisioning/checklist", nil, &list)
		if list.Pushed == list.Adopted {
			break
		}
		if time.Now().After(deadline) {
			t.Errorf("%d of %d users are applied", list.Adopted, list.Pushed)
			return
		}
	}
	if len(list.MissingUsers) > 0 {
		t.Errorf("the pilot is over, and names %q", list.MissingUsers)
	}
	var report struct {
		Groups []struct {
			Name                          string
			Group                         *string
			Missing, Excused, Extra, Kept int
		}
	}
	c.api.Do(http.MethodGet, c.path+"/provisioning/drift", nil, &report)
	compared := 0
	for _, g := range report.Groups {
		if g.Group == nil { // of the identity provider alone
			continue
		}
		compared++
		if g.Missing > g.Excused || g.Extra > g.Kept {
			t.Errorf("group %q differs: %+v", g.Name, g)
		}
	}
	if compared == 0 {
		t.Error("no group is compared")
	}
}

// onlyPilot asserts that no one has an account but the people of the pilot.
func (s *simulation) onlyPilot() {
	adopted := map[string]bool{}
	for _, u := range harness.List[struct {
		UserName string `json:"user_name"`
		User     *string
		Adopted  bool
	}](s.company.api, s.company.path+"/provisioning/users") {
		if !u.Adopted {
			s.waited++
		}
		if !u.Adopted && u.User != nil {
			s.Errorf("%s is outside of the pilot, and has an account", u.UserName)
		}
		if u.User != nil {
			adopted[*u.User] = true
		}
	}
	for _, u := range harness.List[struct{ ID, Login, Status string }](
		s.company.api, "/enterprises/"+s.company.ID+"/users",
	) {
		if !adopted[u.ID] && u.Status == "active" {
			s.Errorf("%s is active, and is not of the pilot", u.Login)
		}
	}
}
