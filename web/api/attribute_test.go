package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
)

func TestAttributes(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(enterprisePath) + "/attributes"
		got := f.do("GET", path, nil)
		f.wants(got, 200, "")
		if got.Header().Get("ETag") != `"1"` || len(got.json["attributes"].([]any)) != 0 {
			t.Errorf("got %s", got.Body)
		}
		got = f.do("PATCH", path, m{"attributes": []m{
			{"name": "teams", "label": " Teams ", "type": "list"},
			{"name": "badge", "label": "Badge number", "type": "number"},
		}}, "If-Match", `"1"`)
		f.wants(got, 200, "")
		f.did("attributes.updated")
		f.listed(got, "badge Badge number number 0", "teams Teams list 0")
		f.wants(f.do("PATCH", path, m{"remove": []string{"badge"}}, "If-Match", `"1"`), 412, "changed_meanwhile")
		got = f.do("PATCH", path, m{"attributes": []m{
			{"name": "badge", "label": "Badge"},
			{"name": "floor", "label": "F", "type": "text"},
		}})
		f.wants(got, 200, "")
		f.listed(got, "badge Badge number 0", "floor F text 0", "teams Teams list 0") // what is not named stays
		for name, bad := range map[string]struct {
			body  m
			field string
		}{
			"type":         {m{"attributes": []m{{"name": "badge", "type": "text"}}}, "attributes[0].type"},
			"no type":      {m{"attributes": []m{{"name": "room", "label": "Room"}}}, "attributes[0].type"},
			"no label":     {m{"attributes": []m{{"name": "room", "type": "text"}}}, "attributes[0].label"},
			"name":         {m{"attributes": []m{{"name": "Room", "label": "R", "type": "text"}}}, "attributes[0].name"},
			"twice":        {m{"attributes": []m{{"name": "floor"}, {"name": "floor"}}}, "attributes[1].name"},
			"both":         {m{"attributes": []m{{"name": "floor"}}, "remove": []string{"floor"}}, "attributes[0].name"},
			"unknown":      {m{"remove": []string{"floor", "room"}}, "remove[1]"},
			"hidden label": {m{"attributes": []m{{"name": "floor", "label": "a\u202eb"}}}, "attributes[0].label"},
			"too many":     {m{"attributes": manyAttributes(18)}, "attributes"},
		} {
			got := f.do("PATCH", path, bad.body)
			f.wants(got, 422, "validation_failed")
			if fields := got.fields(); !slices.Equal(fields, []string{bad.field}) {
				t.Errorf("%s: blamed %v", name, fields)
			}
		}
		f.wants(f.do("PATCH", path, m{"attributes": manyAttributes(17)}), 200, "")
		got = f.do("PATCH", path, m{"remove": []string{"floor"}})
		f.wants(got, 200, "")
		if len(got.json["attributes"].([]any)) != 19 {
			t.Errorf("got %s", got.Body)
		}
	})
}

func manyAttributes(n int) (all []m) {
	for i := range n {
		all = append(all, m{"name": fmt.Sprint("more_", i), "label": "More", "type": "text"})
	}
	return all
}

// attributes lets ada sign in with values of attributes.
func (f *fixture) attributes(w world, values map[string]string) {
	f.Helper()
	ctx := f.Context()
	ent, conn := sso.EnterpriseID(w["enterprise"]), sso.ConnectionID(w["connection"])
	e, err := f.db.Enterprise(ctx, ent)
	f.ok(err)
	c, err := f.db.Connection(ctx, ent, conn)
	f.ok(err)
	s := signIn(e, c, "ada", time.Now())
	s.Session.Token = sso.NewSecret().Hash()
	s.Attributes = c.Attributes
	for _, a := range c.Attributes {
		s.Identity.Attributes = append(s.Identity.Attributes, sso.AttributeValue{
			Name:  a.Name,
			Type:  a.Type,
			Value: values[a.Name],
		})
	}
	_, _, err = f.db.RecordLogin(ctx, s, holding(s.Identity.Groups))
	f.ok(err)
}

// listed asserts the attributes in a response.
func (f *fixture) listed(r reply, want ...string) {
	f.Helper()
	var all []string
	for _, x := range r.json["attributes"].([]any) {
		a := x.(map[string]any)
		all = append(all, fmt.Sprint(a["name"], " ", a["label"], " ", a["type"], " ", a["users"]))
	}
	if !slices.Equal(all, want) {
		f.Errorf("got %q, want %q", all, want)
	}
}

// TestAttributesOfAUser: one user has them, typed and with their source; a list has not.
func TestAttributesOfAUser(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		user := f.acme.in(userPath)
		f.wants(f.do("PATCH", f.acme.in(enterprisePath)+"/attributes", m{"attributes": []m{
			{"name": "badge", "label": "Badge number", "type": "number"},
			{"name": "external", "label": "External", "type": "boolean"},
			{"name": "teams", "label": "Teams", "type": "list"},
		}}), 200, "")
		f.attributes(f.acme, map[string]string{"badge": "17.5", "external": "false", "teams": "a\nb"})
		got := f.do("GET", user, nil)
		f.wants(got, 200, "")
		values := map[string]string{}
		for _, x := range got.json["attributes"].([]any) {
			a := x.(map[string]any)
			text, _ := json.Marshal(a["value"])
			values[fmt.Sprint(a["name"])] = string(text)
			if a["connection"] != f.acme["connection"] || a["provisioned"] != false {
				t.Errorf("got %v", a)
			}
		}
		for name, want := range map[string]string{"badge": "17.5", "external": "false", "teams": `["a","b"]`} {
			if values[name] != want {
				t.Errorf("%s is %s, want %s", name, values[name], want)
			}
		}
		f.listed(
			f.do("GET", f.acme.in(enterprisePath)+"/attributes", nil),
			"badge Badge number number 1", "external External boolean 1", "teams Teams list 1",
		)
	})
}

// TestClearAttribute: a value goes until the identity provider sends it again.
func TestClearAttribute(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		user := f.acme.in(userPath)
		f.wants(f.do("PATCH", f.acme.in(enterprisePath)+"/attributes", m{"attributes": []m{
			{"name": "badge", "label": "Badge number", "type": "number"},
		}}), 200, "")
		f.attributes(f.acme, map[string]string{"badge": "17"})
		f.wants(f.do("DELETE", f.other.in(userPath)+"/attributes/badge", nil), 404, "not_found")
		for _, name := range []string{"unknown", "Badge", "badge%20"} {
			f.wants(f.do("DELETE", user+"/attributes/"+name, nil), 404, "not_found")
		}
		for range 2 {
			f.wants(f.do("DELETE", user+"/attributes/badge", nil), 204, "")
			if got := f.do("GET", user, nil); got.json["attributes"] != nil {
				t.Errorf("still there: %v", got.json["attributes"])
			}
		}
		f.attributes(f.acme, map[string]string{"badge": "17"})
		if got := f.do("GET", user, nil); got.json["attributes"] == nil {
			t.Error("the sign-in did not set it again")
		}
	})
}
