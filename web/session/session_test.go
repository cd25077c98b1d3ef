package session_test

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode"

	"gatehouse/sso"
	"gatehouse/web/session"
)

// TestAttributes is the form of both cookies at every kind of address.
func TestAttributes(t *testing.T) {
	t.Parallel()
	for base, c := range map[string]struct{ domain, session, browser string }{
		"https://sso.example": {
			"",
			"__Host-gatehouse=V; Path=/; HttpOnly; Secure; SameSite=Lax",
			"__Host-gatehouse-browser=V; Path=/; HttpOnly; Secure; SameSite=None",
		},
		"https://sso.corp.example": {
			"corp.example",
			"__Secure-gatehouse=V; Path=/; Domain=corp.example; HttpOnly; Secure; SameSite=Lax",
			"__Host-gatehouse-browser=V; Path=/; HttpOnly; Secure; SameSite=None",
		},
		"http://localhost:8080": {
			"",
			"gatehouse=V; Path=/; HttpOnly; SameSite=Lax",
			"gatehouse-browser=V; Path=/; HttpOnly; SameSite=Lax",
		},
	} {
		f := newFixture(t, func(o *session.Options) {
			o.BaseURL, o.CookieDomain = base, c.domain
		})
		w := httptest.NewRecorder()
		if err := f.Start(w, request(), sso.NewSecret()); err != nil {
			t.Fatal(err)
		}
		f.Browser(w, request())
		lines := w.Header()["Set-Cookie"]
		w.Header()["Set-Cookie"] = slices.DeleteFunc(lines, func(line string) bool {
			return strings.Contains(line, "-lately=")
		})
		set := w.Result().Cookies()
		if len(set) != 2 {
			t.Fatalf("%s: %d cookies", base, len(set))
		}
		for i, want := range []string{c.session, c.browser} {
			value := set[i].Value
			if len(value) > 128 || len(value) < 100 {
				t.Errorf("%s: %s weighs %d bytes", base, set[i].Name, len(value))
			}
			if got := strings.Replace(w.Header()["Set-Cookie"][i], value, "V", 1); got != want {
				t.Errorf("%s:\n got %s\nwant %s", base, got, want)
			}
		}
		end := httptest.NewRecorder()
		f.End(end, request())
		if got, want := end.Header().Get("Set-Cookie"), strings.Replace(
			strings.Replace(c.session, "V;", ";", 1), "HttpOnly",
			"Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly",
			1,
		); got != want {
			t.Errorf("%s:\n got %s\nwant %s", base, got, want)
		}
	}
}

func TestStartsAndEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ada, bob := f.start("user-ada"), f.start("user-bob")
	if ada.Value == bob.Value {
		t.Error("two sessions have one cookie")
	}
	f.is("user-ada", request(ada))
	f.is("user-bob", request(bob))
	f.is("", request())
	f.is("", request(&http.Cookie{Name: "other", Value: ada.Value}))
	clear(f.known.tokens)
	f.is("", request(ada))
}

// TestFixation is T-FIXATION (CVE-2024-28197, CVE-2026-34454): whatever cookie a
// browser brings to a sign-in, it leaves with a new one.
func TestFixation(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	planted := f.start("user-eve")
	for _, before := range [][]*http.Cookie{
		{planted},
		{planted, planted},
		{{
			Name:  planted.Name,
			Value: "x",
		}},
		nil,
	} {
		after := f.start("user-ada", before...)
		if after.Value == planted.Value {
			t.Error("the cookie that was planted survives")
		}
		f.is("user-ada", request(after))
	}
	for _, chosen := range []sso.Secret{
		"", "chosen", sso.Secret(strings.Repeat("A", 44)),
		sso.Secret(strings.Repeat("A", 42) + "B"), sso.NewSecret() + "\n",
	} {
		w := httptest.NewRecorder()
		if err := f.Start(w, request(), chosen); err == nil || len(w.Result().Cookies()) != 0 {
			t.Errorf("%d characters that are no token made a cookie", len(chosen))
		}
	}
}

// TestTokenCut is T-TOKEN-CUT (CVE-2026-27840): a cookie is valid as a
// whole or not at all. The store is not asked about an invalid one.
func TestTokenCut(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	good := f.start("user-ada")
	var bad []string
	for i := range good.Value {
		bad = append(
			bad, good.Value[:i], good.Value[i+1:], good.Value[:i]+good.Value[i+1:],
		)
		for _, c := range "Aa0-_=.+/" {
			if good.Value[i] != byte(c) {
				bad = append(bad, good.Value[:i]+string(c)+good.Value[i+1:])
			}
		}
		if c := flip(good.Value[i]); c != good.Value[i] {
			bad = append(bad, good.Value[:i]+string(c)+good.Value[i+1:])
		}
	}
	bad = append(
		bad, good.Value+"=", good.Value+"A", strings.TrimRight(good.Value, "="),
		good.Value+good.Value, "%", `"`+good.Value+`"`,
		strings.ToLower(good.Value),
		strings.ToUpper(good.Value),
		strings.Repeat("A", 120),
		strings.Repeat("A", 129), strings.Repeat("A", 100_000),
	)
	f.known.asked = 0
	for _, value := range bad {
		r := request()
		r.Header.Set("Cookie", good.Name+"="+value)
		f.is("", r)
	}
	if f.known.asked != 0 {
		t.Errorf("someone was asked %d times about %d cookies that we did not make", f.known.asked, len(bad))
	}
	f.is("user-ada", request(good))
}

func flip(c byte) byte {
	if unicode.IsUpper(rune(c)) {
		return byte(unicode.ToLower(rune(c)))
	}
	return byte(unicode.ToUpper(rune(c)))
}

// TestNonCanonical writes the same bytes in other ways, which decoders take.
func TestNonCanonical(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	good := f.start("user-ada")
	want, err := base64.URLEncoding.DecodeString(good.Value)
	if err != nil {
		t.Fatal(err)
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last, others := strings.TrimRight(good.Value, "="), 0
	for _, c := range alphabet {
		other := last[:len(last)-1] + string(c) + good.Value[len(last):]
		if got, err := base64.URLEncoding.DecodeString(other); err != nil ||
			string(got) != string(want) ||
			other == good.Value {
			continue
		}
		others++
		f.is("", request(&http.Cookie{Name: good.Name, Value: other}))
	}
	if others == 0 {
		t.Error("there is only one way to write it: this test sees nothing")
	}
}

// TestKindsOfCookie is T-TYPE: what was made for one use is worth nothing in
// another, nor under another key or name.
func TestKindsOfCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	s := f.start("user-ada")
	w := httptest.NewRecorder()
	value := f.Browser(w, request())
	f.known.tokens[value.Hash()] = "user-eve"
	browser := w.Result().Cookies()[0]
	f.is("", request(&http.Cookie{Name: s.Name, Value: browser.Value}))
	if got := f.BrowserOf(request(&http.Cookie{Name: browser.Name, Value: s.Value})); got != "" {
		t.Error("a session cookie binds a sign-in")
	}
	for name, change := range map[string]func(*session.Options){
		"key":  func(o *session.Options) { o.Keys = []sso.Secret{oldKey} },
		"name": func(o *session.Options) { o.CookieName = "other" },
	} {
		other := newFixture(t, change)
		other.known.tokens = f.known.tokens
		foreign := other.start("user-eve")
		f.is("", request(&http.Cookie{Name: s.Name, Value: foreign.Value}))
		t.Log(name)
	}
}

// TestStoreErrorsKeepTheCookie: that we cannot know is not that it ended, and no
// answer of Principal reaches the cookie.
func TestStoreErrorsKeepTheCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ada := f.start("user-ada")
	for _, c := range []struct {
		err  error
		kind sso.Kind
	}{
		{
			&sso.Error{
				Kind: sso.Unavailable,
				Code: "temporarily_unavailable",
			},
			sso.Unavailable,
		},
		{io.ErrUnexpectedEOF, sso.Internal},
		{context.DeadlineExceeded, sso.Internal},
	} {
		f.known.err = c.err
		if _, err := f.Principal(request(ada)); err == nil || sso.KindOf(err) != c.kind {
			t.Errorf("%v became %v", c.err, err)
		}
	}
	f.known.err = nil
	f.is("user-ada", request(ada))
}

// TestRotation reads cookies of a previous key and replaces them.
func TestRotation(t *testing.T) {
	t.Parallel()
	before := newFixture(t, func(o *session.Options) {
		o.Keys = []sso.Secret{oldKey}
	})
	with := func(keys ...sso.Secret) *fixture {
		return newFixture(t, func(o *session.Options) {
			o.Keys, o.Resolver = keys, before.known
		})
	}
	during, after := with(newKey, oldKey), with(newKey, "")
	old := before.start("user-ada")
	during.is("user-ada", request(old))
	after.is("", request(old))
	renewed := renew(during, "GET", old)
	if len(renewed) != 1 || renewed[0].Value == old.Value {
		t.Fatalf("a cookie of the previous key is not replaced, or by more than one: %v", renewed)
	}
	after.is("user-ada", request(renewed[0]))
	before.is("", request(renewed[0]))
	if set := renew(during, "GET", before.start("user-ada")); len(set) != 1 {
		t.Error("the second is not replaced")
	}
	unknown := before.start("user-bob")
	before.known.tokens = map[sso.Hash]sso.UserID{} // his has ended
	ended := renew(during, "GET", unknown)
	before.known.err = &sso.Error{
		Kind: sso.Unavailable,
		Code: "temporarily_unavailable",
	}
	down := renew(during, "GET", old)
	before.known.err = nil
	old = before.start("user-ada")
	for name, none := range map[string][]*http.Cookie{
		"session over": ended,
		"store down":   down,
		"current key":  renew(during, "GET", renewed[0]),
		"not a page":   renew(during, "POST", old),
		"no rotation":  renew(after, "GET", renewed[0]),
		"foreign":      renew(after, "GET", old),
		"garbage": renew(during, "GET", &http.Cookie{
			Name:  old.Name,
			Value: "x",
		}),
		"two people's": renew(during, "GET", old, before.start("user-eve")),
		"no one's own": renew(during, "GET"),
	} {
		if len(none) != 0 {
			t.Errorf("%s: sets %v", name, none)
		}
	}
	w := httptest.NewRecorder()
	value := before.Browser(w, request())
	bound := w.Result().Cookies()[0]
	w = httptest.NewRecorder()
	if during.BrowserOf(request(bound)) != value ||
		during.Browser(w, request(bound)) != value ||
		len(w.Result().Cookies()) != 1 {
		t.Error("the browser is not known any more, or its cookie not replaced")
	}
	if after.BrowserOf(request(w.Result().Cookies()[0])) != value {
		t.Error("the replaced cookie has another value")
	}
}

// renew serves a request and returns the cookies that were set.
func renew(f *fixture, method string, cookies ...*http.Cookie) []*http.Cookie {
	r := request(cookies...)
	r.Method = method
	w := httptest.NewRecorder()
	f.Renew(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = f.Principal(r)
	})).ServeHTTP(w, r)
	return w.Result().Cookies()
}

// TestOneSetCookie: an answer that renews and ends, or ends and starts, sets one
// cookie, and leaves others alone.
func TestOneSetCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	w := httptest.NewRecorder()
	http.SetCookie(w, &http.Cookie{
		Name:  "__Host-gatehouse-last",
		Value: "acme",
	})
	f.Browser(w, request())
	for range 2 {
		if err := f.Start(w, request(), sso.NewSecret()); err != nil {
			t.Fatal(err)
		}
		f.End(w, request())
	}
	var names []string
	for _, c := range w.Result().Cookies() {
		names = append(names, c.Name)
	}
	if strings.Join(
		names, " ",
	) != "__Host-gatehouse-last __Host-gatehouse-browser __Host-gatehouse-lately __Host-gatehouse" ||
		w.Result().Cookies()[3].MaxAge >= 0 {
		t.Errorf("%v", w.Header()["Set-Cookie"])
	}
}

func TestBrowser(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	w := httptest.NewRecorder()
	value := f.Browser(w, request())
	set := w.Result().Cookies()
	if len(set) != 1 ||
		len(value) != 43 ||
		strings.Contains(set[0].Value, value.Reveal()) {
		t.Fatalf("%v", set)
	}
	again := httptest.NewRecorder()
	if f.Browser(again, request(set[0])) != value ||
		len(again.Result().Cookies()) != 0 ||
		f.BrowserOf(request(set[0])) != value {
		t.Error("the same browser gets another value")
	}
	if f.BrowserOf(request()) != "" {
		t.Error("a browser without a cookie has a value")
	}
	for name, r := range map[string]*http.Request{
		"garbage": request(&http.Cookie{Name: set[0].Name, Value: "x"}),
		"two":     request(set[0], set[0]),
		"none":    request(),
	} {
		w := httptest.NewRecorder()
		if other := f.Browser(w, r); other == value ||
			other == "" ||
			len(w.Result().Cookies()) != 1 ||
			f.BrowserOf(r) != "" {
			t.Errorf("%s: no new value", name)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*session.Options){
		"no keys": func(o *session.Options) { o.Keys = nil },
		"empty keys": func(o *session.Options) {
			o.Keys = []sso.Secret{"", ""}
		},
		"no name": func(o *session.Options) { o.CookieName = "" },
		"no URL":  func(o *session.Options) { o.BaseURL = "sso.example" },
		"ftp": func(o *session.Options) {
			o.BaseURL = "ftp://sso.example"
		},
	} {
		o := session.Options{
			BaseURL:    "https://sso.example",
			Keys:       []sso.Secret{newKey},
			CookieName: "gatehouse",
			Resolver:   &known{},
		}
		change(&o)
		if _, err := session.New(o); err == nil {
			t.Errorf("%s: made", name)
		}
	}
}

func FuzzPrincipal(f *testing.F) {
	fix := newFixture(f, func(o *session.Options) {
		o.Keys = []sso.Secret{newKey, oldKey}
	})
	good := fix.start("user-ada")
	f.Add(good.Name + "=" + good.Value)
	f.Add(good.Name + "=" + good.Value + "; " + good.Name + "=x")
	f.Add("")
	f.Fuzz(func(t *testing.T, header string) {
		r := request()
		r.Header.Set("Cookie", header)
		if p, err := fix.Principal(r); err == nil &&
			(p.User.ID != "user-ada" || !strings.Contains(header, good.Value)) {
			t.Errorf("%q is %q", header, p.User.ID)
		}
	})
}

func BenchmarkPrincipal(b *testing.B) {
	f := newFixture(b, nil)
	for name, c := range map[string]*http.Cookie{
		"good":   f.start("user-ada"),
		"forged": {Name: "__Host-gatehouse", Value: strings.Repeat("QUJD", 30)},
	} {
		b.Run(name, func(b *testing.B) {
			r := request(c)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = f.Principal(r)
			}
		})
	}
}
