package page

import (
	"net/http"
	"strings"
	"time"

	"gatehouse/sso"
)

// Index lists links; the gallery's first page is one.
type Index struct {
	Base
	Examples []Choice
}

func (Index) title() string { return "Gallery" }

// Example is a page in one state.
type Example struct {
	Name   string // page and state: "SignIn-problem"
	Status int
	Page   Page
}

// galleryNow is when the examples are looked at.
func galleryNow() time.Time { return time.Date(2026, 11, 24, 10, 30, 0, 0, time.UTC) }

const (
	longName  = "Rhein-Ruhr Wasser- und Energieversorgungsbetriebe Beteiligungsgesellschaft mbH & Co. KGaA"
	longLogin = "maximiliane.von-und-zu-hohenstein-wittgenstein@extremely-long-subdomain.engineering.rhein-ruhr-wasser.example"
)

// Gallery is every page in every state worth looking at; each call makes new
// values, since rendering fills them in.
func Gallery() []Example {
	var g []Example
	for _, part := range [][]Example{gallerySignIn(), galleryJourney(), galleryVerify(), galleryAccount(), galleryFailures(), galleryParts(),
		galleryAdmins(), galleryDirectory(), galleryActivity(), galleryAssistant(), galleryConnection(), galleryTest()} {
		g = append(g, part...)
	}
	return g
}

func gallerySignIn() []Example {
	acme := Choice{Name: "Acme Corporation", Detail: "Okta, SAML", Href: "/login/sso?enterprise_key=acme", Last: true}
	google := Choice{Name: "Google Workspace", Detail: "OpenID Connect", Href: "/login/sso?enterprise_key=acme&connection=b"}
	long := Choice{Name: longName, Detail: "Microsoft Entra ID, SAML", Href: "/login/sso?enterprise_key=rrw", Last: true}
	return []Example{
		{"SignIn-empty", 200, &SignIn{}},
		{"SignIn-last-used", 200, &SignIn{Last: &acme, ReturnTo: "/wiki"}},
		{"SignIn-problem", 422, &SignIn{Value: "grace@acmé.example", Problem: "We do not know this company. Check the spelling, or use the sign-in link your company gave you."}},
		{"SignIn-long-name", 200, &SignIn{Last: &long}},
		{"SignIn-right-to-left", 200, &SignIn{Base: Base{Dir: "rtl"}, Last: &Choice{Name: "شركة المستقبل للتقنية", Detail: "Okta, SAML", Href: "/login/sso?enterprise_key=future", Last: true}}},
		{"ChooseConnection-two", 200, &ChooseConnection{Base: Base{Enterprise: "Acme Corporation"}, Choices: []Choice{{Name: "Employees", Detail: "Okta, SAML", Href: acme.Href, Last: true}, google}}},
		{"ChooseConnection-many", 200, &ChooseConnection{Base: Base{Enterprise: longName}, Choices: []Choice{long, google, {Name: "Contractors", Href: "/c"}, {Name: "Old directory (until March)", Detail: "AD FS, SAML", Href: "/d"}}}},
	}
}

func galleryJourney() []Example {
	post := sso.Redirect{URL: "https://idp.acme.example/saml/sso", Form: map[string][]string{"SAMLRequest": {"PHNhbWxwOkF1dGhuUmVxdWVzdC8+"}, "RelayState": {"gh0123"}}}
	person := &Person{"Ada Lovelace", "ada@acme.example"}
	acme := sso.Enterprise{ID: "ent-1", Name: "Acme Corporation"}
	ada := sso.Principal{User: sso.User{Name: person.Name, Login: person.Login}, Enterprise: acme}
	link := sso.Redirect{URL: "/login/sso", Form: map[string][]string{"enterprise_key": {"globex"}, "replaces": {"ses-1"}}}
	return []Example{
		{"Continue-found", 200, &Continue{Base: Base{Enterprise: "Acme Corporation"}, Action: "/login/sso?enterprise_key=acme"}},
		{"Continue-post", 200, NewContinue("Acme Corporation", post, false)},
		{"Continue-long-name", 200, NewContinue(longName, post, false)},
		{"Continue-sign-out", 200, NewContinue("Acme Corporation", sso.Redirect{URL: "https://accounts.idp.example/logout?x=1"}, true)},
		{"Continue-back", 200, NewReturn("/saml/conn-1/acs", map[string][]string{"SAMLResponse": {"PHNhbWxwOlJlc3BvbnNlLz4="}, "RelayState": {"gh0123"}})},
		{"Continue-arrived", 200, NewArrived("Acme Corporation", "/login/continue/wiki?to=https%3A%2F%2Fwiki.acme.example%2F")},
		{"Replace-company", 200, NewReplace(ada, sso.Enterprise{Name: "Globex"}, "", link)},
		{"Replace-company-login", 200, NewReplace(ada, sso.Enterprise{Name: longName}, "ada.lovelace@research.globex.example", link)},
		{"Replace-person", 200, NewReplace(ada, acme, "grace@acme.example", link)},
		{"LogoutConfirm", 200, &LogoutConfirm{Base{Enterprise: "Acme Corporation", User: person}}},
		{"SignedOut", 200, &SignedOut{}},
	}
}

func galleryAccount() []Example {
	now := galleryNow()
	ago := func(d time.Duration) Time { return NewTime(now.Add(-d), now) }
	const hour, day = time.Hour, 24 * time.Hour
	base := func() Base {
		return Base{Enterprise: "Acme Corporation", User: &Person{"Ada Lovelace", "ada@acme.example"}}
	}
	ada := Profile{Name: "Ada Lovelace", Login: "ada@acme.example", Email: "ada@acme.example", EmailVerified: true, Connection: "Okta (SAML)", SignedInAt: ago(2 * time.Minute)}
	this := Session{ID: "ses-1", Browser: "Firefox on Linux", Remote: "192.0.2.17", Current: true, Began: ago(2 * time.Minute), Seen: ago(0)}
	row := func(d time.Duration, ok bool, result string) SignInRow {
		return SignInRow{ago(d), ok, result, "192.0.2.17", "att-01hf7k3m9q2v5x8z1b4d6g8j0n"}
	}
	const sync = "from your company’s sign-in"
	many := &Account{Base: base(), Profile: ada,
		Organizations: []Organization{
			{"Research", []Group{{"Members", "for everyone here", ago(90 * day)}, {"engineering", sync, ago(90 * day)}, {"on-call", "added by hand", ago(3 * day)}}},
			{"Operations", []Group{{"Members", "for everyone here", ago(40 * day)}, {"engineering", sync, ago(40 * day)}}},
			{"Forschung & Entwicklung", []Group{{"Members", "for everyone here", ago(day)}, {"開発", sync, ago(day)}}}},
		Sessions: []Session{this, {ID: "ses-2", Browser: "Safari on iPhone", Remote: "2001:db8::7", Began: ago(26 * hour), Seen: ago(3 * hour)}, {ID: "ses-3", Browser: "Unknown browser", Began: ago(20 * hour), Seen: ago(19 * hour)}},
		SignIns:  []SignInRow{row(2*time.Minute, true, "Signed in"), row(4*time.Minute, false, "Started again"), row(26*hour, true, "Signed in")}}
	one := &Account{Base: base(), Profile: ada, Organizations: []Organization{{"Research", []Group{{"Members", "added by hand", ago(0)}}}}, Sessions: []Session{this}}
	one.Flash = "The other sessions have ended."
	long := &Account{Base: Base{Enterprise: longName, User: &Person{"Maximiliane von und zu Hohenstein-Wittgenstein", longLogin}},
		Profile:       Profile{Name: "Maximiliane von und zu Hohenstein-Wittgenstein", Login: longLogin, Email: longLogin, Connection: "Microsoft Entra ID (SAML)", SignedInAt: ago(hour)},
		Organizations: []Organization{{longName, []Group{{strings.Repeat("grp_all_employees_without_contractors_", 4), sync, ago(700 * day)}}}}, Sessions: []Session{this}}
	rtl := &Account{Base: Base{Dir: "rtl", Enterprise: "شركة المستقبل للتقنية", User: &Person{"ليلى حداد", "layla@future.example"}},
		Profile:       Profile{Name: "ليلى حداد", Login: "layla@future.example", Connection: "Okta (SAML)", SignedInAt: ago(hour)},
		Organizations: []Organization{{"الهندسة", []Group{{"מפתחים", sync, ago(hour)}, {"Members", "for everyone here", ago(hour)}}}}, Sessions: []Session{this}, SignIns: many.SignIns}
	contractor := Profile{Name: "Linus Contractor", Login: "lcontractor", Connection: "Okta (SAML)", SignedInAt: ago(0)}
	lbase := func() Base {
		return Base{Enterprise: "Acme Corporation", User: &Person{"Linus Contractor", "lcontractor"}}
	}
	return []Example{
		{"Account-many", 200, many}, {"Account-one", 200, one}, {"Account-long-names", 200, long}, {"Account-right-to-left", 200, rtl},
		{"NoAccess-unmatched", 200, &NoAccess{Base: lbase(), Profile: contractor, Asserted: []string{"Engineering", "contractors"}, Told: true,
			Near: []Near{{Asserted: "Engineering", Name: "engineering"}}}},
		{"NoAccess-none", 200, &NoAccess{Base: lbase(), Profile: contractor, Told: true}},
		{"NoAccess-unknown", 200, &NoAccess{Base: lbase(), Profile: contractor}},
	}
}

func galleryFailures() []Example {
	const att, req = "att-01hf7k3m9q2v5x8z1b4d6g8j0n", "req-k3m9q2v5x8z1b4d6"
	fail := func(name string, status int, code, sentence, ref, enterprise, href string) Example {
		f := NewFailure(status, code, sentence, ref, galleryNow())
		f.Enterprise = enterprise
		if href != "" {
			f.Href = href
		}
		return Example{"Failure-" + name, status, f}
	}
	return []Example{
		fail("start-again", 400, "login_state_expired", "This sign-in took too long, was already finished, or began in another browser. Start again.", att, "Acme Corporation", "/login/sso?enterprise_key=acme"),
		fail("interaction", 400, "idp_interaction_required", "Your company’s identity provider needs to ask you something first. Start again, and answer there.", att, "Acme Corporation", "/login/sso?enterprise_key=acme"),
		fail("cookies", 400, "cookies_blocked", "Your browser sent no cookie back. If it blocks cookies for sso.example.com, allow them and start again; if you began in another browser, go on there.", att, "Acme Corporation", "/login/sso?enterprise_key=acme"),
		fail("refused", 403, "saml_signature_invalid", "Your company’s sign-in sent something we can’t trust.", att, "Acme Corporation", ""),
		fail("not-found", 404, "not_found", "There is nothing at this address.", req, "", ""),
		fail("too-many", 429, "rate_limited", "Too many requests at once. Wait a moment, then try again.", req, "", ""),
		fail("identity-provider", 502, "idp_unavailable", "Your company’s identity provider did not answer in time.", att, longName, ""),
		fail("unavailable", 503, "temporarily_unavailable", "We can’t reach our own records right now.", req, "", ""),
		fail("internal", 500, "internal", "Something went wrong on our side.", req, "", ""),
	}
}

// GalleryHandler serves the gallery: a list at its root, every example by its
// name, the assets, all with the Content-Security-Policy of the real thing.
func (p *Pages) GalleryHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/static/", p.Static())
	// Pages that go on by themselves stay here to be looked at.
	mux.HandleFunc("GET "+p.assets.urls["autopost.js"], func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType("autopost.js"))
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		var examples []Choice
		for _, e := range Gallery() {
			examples = append(examples, Choice{Name: e.Name, Href: "/gallery/" + e.Name})
		}
		p.show(w, 200, &Index{Examples: examples})
	})
	mux.HandleFunc("GET /gallery/{name}", func(w http.ResponseWriter, r *http.Request) {
		for _, e := range Gallery() {
			if e.Name == r.PathValue("name") {
				p.show(w, e.Status, e.Page)
				return
			}
		}
		http.NotFound(w, r)
	})
	return mux
}

// show is Render for the gallery, where the only reader is a developer.
func (p *Pages) show(w http.ResponseWriter, status int, page Page) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	if err := p.Render(w, status, page); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
