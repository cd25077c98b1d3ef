package forwardauth_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
)

// definedOf returns the definitions of attributes.
func definedOf(values []sso.AttributeValue) []sso.Attribute {
	all := make([]sso.Attribute, len(values))
	for i, v := range values {
		all[i] = sso.Attribute{
			Name:  v.Name,
			Label: v.Name,
			Type:  v.Type,
		}
	}
	return all
}

// enterAs defines attributes, and lets a person sign in with them.
func (w *world) enterAs(login string, values []sso.AttributeValue, groups ...string) person {
	w.Helper()
	_, err := w.db.UpdateAttributes(w.Context(), by, w.ent.ID, func(a sso.Attributes) (sso.Attributes, error) {
		for _, d := range definedOf(values) {
			if _, ok := a.Find(d.Name); !ok {
				a.List = append(slices.Clone(a.List), d)
			}
		}
		return a, nil
	})
	w.ok(err)
	p := w.enterWith(w.ent, sso.Identity{
		Connection: w.conn.ID,
		Subject:    login,
		Login:      login,
		Email:      login + "@acme.test",
		Name:       login,
		Attributes: values,
	}, groups...)
	w.live.Revoked(w.Context())
	return p
}

func value(name string, kind sso.AttributeType, text string) sso.AttributeValue {
	return sso.AttributeValue{
		Name:  name,
		Type:  kind,
		Value: text,
	}
}

// attributesTold returns the attributes that an application is told of a person, in the
// header, and in the assertion as JSON; "" if the claim is missing.
func (w *world) attributesTold(key string, p person) (header, claim string) {
	w.Helper()
	got := w.nginx(key, "https://"+key+".acme.test/", p)
	w.wants(key, got, 200, "")
	if n := len(got.Header()["X-Auth-Request-Attributes"]); n != 1 {
		w.Errorf("%s: got %d headers of attributes; want one", key, n)
	}
	claims := w.claims(got.Header().Get("X-Auth-Request-Jwt"))
	if attributes, ok := claims["attributes"]; ok {
		text, err := json.Marshal(attributes)
		w.ok(err)
		claim = string(text)
	}
	return got.Header().Get("X-Auth-Request-Attributes"), claim
}

// TestAttributesTold: an application is told those that it asks for, by name, and the
// header gives back each value whatever is in it.
func TestAttributesTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.enterAs("ada", []sso.AttributeValue{
		value("badge", sso.AttributeNumber, "17"),
		value("department", sso.AttributeText, "R&D, \"a=b|c\" 100% Zürich"),
		value("external", sso.AttributeBoolean, "false"),
		value("since", sso.AttributeDate, "2024-02-29"),
		value("sub", sso.AttributeText, "root"),
		value("teams", sso.AttributeList, "a|b\nc,d"),
	}, "web/dev")
	w.application("some", func(a *sso.Application) { a.Attributes = []string{"teams", "badge", "unknown"} })
	w.application("text", func(a *sso.Application) { a.Attributes = []string{"department"} })
	w.application("types", func(a *sso.Application) { a.Attributes = []string{"since", "external"} })
	w.application("reserved", func(a *sso.Application) { a.Attributes = []string{"sub"} })
	for key, want := range map[string][2]string{
		"wiki":     {"", ""},
		"some":     {"badge=17,teams=a%7Cb|c%2Cd", `{"badge":17,"teams":["a|b","c,d"]}`},
		"text":     {`department=R&D%2C "a%3Db%7Cc" 100%25 Z%C3%BCrich`, `{"department":"R\u0026D, \"a=b|c\" 100% Zürich"}`},
		"types":    {"external=false,since=2024-02-29", `{"external":false,"since":"2024-02-29"}`},
		"reserved": {"sub=root", `{"sub":"root"}`},
	} {
		if header, claim := w.attributesTold(key, ada); header != want[0] || claim != want[1] {
			t.Errorf("%s: header %q, claim %s; want %q", key, header, claim, want)
		}
	}
	claims := w.claims(w.nginx("reserved", "https://reserved.acme.test/", ada).Header().Get("X-Auth-Request-Jwt"))
	if claims["sub"] != string(ada.user.ID) {
		t.Errorf("the subject is %v", claims["sub"])
	}
	header, _ := w.attributesTold("text", ada)
	_, encoded, _ := strings.Cut(header, "=")
	if back, err := url.PathUnescape(encoded); err != nil || back != "R&D, \"a=b|c\" 100% Zürich" {
		t.Errorf("%q reads %q, %v", header, back, err)
	}
	zoe := w.enter("zoe", "web/dev")
	if header, claim := w.attributesTold("some", zoe); header != "" || claim != "{}" {
		t.Errorf("without attributes: %q, %s", header, claim)
	}
}

// TestAttributesChange: another value is told at the next request, and none after the
// attribute was removed. Where no application asks, the response is the one before.
func TestAttributesChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application("asks", func(a *sso.Application) { a.Attributes = []string{"department"} })
	ada := w.enterAs("ada", []sso.AttributeValue{value("department", sso.AttributeText, "Sales")}, "web/dev")
	wants := func(want string) {
		t.Helper()
		if header, _ := w.attributesTold("asks", ada); header != want {
			t.Errorf("got %q; want %q", header, want)
		}
	}
	wants("department=Sales")
	before := w.nginx("wiki", wikiAt+"/", ada).Header().Get("X-Auth-Request-Jwt")
	asked := w.nginx("asks", "https://asks.acme.test/", ada).Header().Get("X-Auth-Request-Jwt")
	again := w.enterAs("ada", []sso.AttributeValue{value("department", sso.AttributeText, "R&D")}, "web/dev")
	wants("department=R&D")
	if again.user.ID != ada.user.ID {
		t.Fatal("another user")
	}
	_, err := w.db.UpdateAttributes(t.Context(), by, w.ent.ID, func(a sso.Attributes) (sso.Attributes, error) {
		a.List = nil
		return a, nil
	})
	w.ok(err)
	w.live.Revoked(t.Context())
	wants("")
	after := func(key string) string {
		return w.nginx(key, "https://"+key+".acme.test/", ada).Header().Get("X-Auth-Request-Jwt")
	}
	if after("asks") == asked {
		t.Error("an application that asks gets the assertion of before")
	}
	user := again.user
	if user == ada.user && after("wiki") != before {
		t.Error("a change of attributes costs a signature where no application asks")
	}
}

// TestTooManyAttributes: attributes and groups are within the limit of the application
// together, and what is left out is said.
func TestTooManyAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("ü", 150) // 900 bytes in the header
	values := []sso.AttributeValue{
		value("a", sso.AttributeText, long), value("b", sso.AttributeText, "x"), value("c", sso.AttributeText, long),
		value("d", sso.AttributeText, "y"),
	}
	ada := w.enterAs("ada", values, "web/dev", "web/ops")
	w.application("all", func(a *sso.Application) { a.Attributes = []string{"a", "b", "c", "d"} })
	w.application("short", func(a *sso.Application) {
		a.Attributes = []string{"a", "b"}
		a.GroupsLimit = 30
	})
	got := w.nginx("all", "https://all.acme.test/", ada).Header()
	header := got.Get("X-Auth-Request-Attributes")
	claims := w.claims(got.Get("X-Auth-Request-Jwt"))
	told, _ := claims["attributes"].(map[string]any)
	if !strings.HasPrefix(header, "a=") || !strings.HasSuffix(header, ",b=x,...") || len(header) > 1024 ||
		!slices.Equal(slices.Sorted(maps.Keys(told)), []string{"a", "b"}) || claims["attributes_omitted"] != 2.0 {
		t.Errorf("%q, claims %v", header, claims)
	}
	if groups := got.Get("X-Auth-Request-Groups"); groups != "web/dev,web/ops" {
		t.Errorf("groups %q", groups)
	}
	got = w.nginx("short", "https://short.acme.test/", ada).Header()
	both := got.Get("X-Auth-Request-Attributes") + got.Get("X-Auth-Request-Groups")
	if len(both) > 30 || !strings.Contains(got.Get("X-Auth-Request-Attributes"), "...") {
		t.Errorf("%d bytes: %q", len(both), both)
	}
}
