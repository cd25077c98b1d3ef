package directory_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestAttributes: an admin adds, renames and removes attributes, and sees where each
// connection finds them.
func TestAttributes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	here := f.acme.at("attributes")
	f.shows(f.get(f.acme.at("people")), 200, "Attributes")
	f.shows(f.get(here), 200, "No attributes yet.")
	save := func(revision string, fields ...string) answer {
		t.Helper()
		return f.post(here, append([]string{"revision", revision}, fields...)...)
	}
	f.shows(save("1", "name", "Dept", "label", "Department", "type", "text"), 422, "lower-case letters")
	f.shows(save("1", "name", "department", "label", "", "type", "text"), 422, "Enter a name.")
	f.shows(save("1", "name", "department", "label", "x", "type", "object"), 422, "Use text, number")
	f.shows(
		f.done(save("1", "name", "department", "label", " Department ", "type", "text"), here),
		200, "The attribute is saved.", "No one has a value.",
	)
	f.shows(f.done(save("2", "name", "department", "label", "Unit", "type", "text"), here), 200, "Unit")
	f.shows(save("3", "name", "department", "label", "Unit", "type", "list"), 422, "does not change")
	f.shows(save("2", "name", "floor", "label", "Floor", "type", "number"), 409)
	all, err := f.db.Attributes(t.Context(), f.acme.ent.ID)
	f.ok(err)
	want := sso.Attribute{
		Name:  "department",
		Label: "Unit",
		Type:  sso.AttributeText,
	}
	if len(all.List) != 1 || all.List[0] != want {
		t.Errorf("%+v", all)
	}
	f.shows(f.post(here+"/remove", "revision", "3", "name", "floor"), 422, "There is no attribute")
	f.shows(f.post(here+"/remove", "revision", "2", "name", "department"), 409)
	f.shows(f.done(f.post(here+"/remove", "revision", "3", "name", "department"), here), 200, "The attribute is removed")
	other, err := f.db.Attributes(t.Context(), f.globex.ent.ID)
	if err != nil || other.Revision != 1 {
		t.Errorf("the other company’s attributes: %+v, %v", other, err)
	}
}

// TestAttributesOfAPerson: the page of a person says what is known, and from where.
func TestAttributesOfAPerson(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.acme.at("people/" + string(f.acme.user.ID))
	if got := f.get(ada); strings.Contains(got.body, "h-attributes") {
		t.Errorf("a company without attributes shows some: %s", got.body)
	}
	here := f.acme.at("attributes")
	f.done(f.post(here, "revision", "1", "name", "department", "label", "Department", "type", "text"), here)
	f.shows(f.get(ada), 200, "All attributes", "Department", "none")
}

// TestClearAttribute: an admin clears a value on the page of the person, of their own
// company.
func TestClearAttribute(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada, here := f.acme.at("people/"+string(f.acme.user.ID)), f.acme.at("attributes")
	f.done(f.post(here, "revision", "1", "name", "department", "label", "Department", "type", "text"), here)
	s := f.acme.signIn
	s.Replay = sso.ReplayMark{}
	s.Attempt.ID, s.Session.ID = sso.NewID[sso.AttemptID](time.Now()), sso.NewID[sso.SessionID](time.Now())
	s.Session.Token, s.Session.Attempt = sso.NewSecret().Hash(), s.Attempt.ID
	s.Attributes = []sso.Attribute{{Name: "department", Label: "Department", Type: sso.AttributeText}}
	s.Identity.Attributes = []sso.AttributeValue{{Name: "department", Type: sso.AttributeText, Value: "Physics"}}
	_, _, err := f.db.RecordLogin(t.Context(), s, storetest.Reset(s.Identity.Groups))
	f.ok(err)
	f.shows(f.get(ada), 200, "Physics", "Clear the value", "sets it again")
	f.shows(f.post(f.globex.at("people/"+string(f.acme.user.ID)+"/attributes/department/clear")), 404)
	f.shows(f.post(ada+"/attributes/unknown/clear"), 404)
	got := f.done(f.post(ada+"/attributes/department/clear"), ada)
	f.shows(got, 200, "The value is cleared.")
	if strings.Contains(got.body, "Physics") || strings.Contains(got.body, "Clear the value") {
		t.Error("the value is still there")
	}
}
