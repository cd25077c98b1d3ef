package demoidp

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// pendingSignIn waits until a person is picked. Exactly one field is set.
type pendingSignIn struct {
	saml *samlRequest
	oidc *oidcRequest
}

type handlerFunc func(w http.ResponseWriter, r *http.Request) error

func (p *IdP) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]handlerFunc{
		"GET /{$}":               p.home,
		"GET /pick/{id}":         p.pick,
		"POST /pick/{id}":        p.picked,
		"POST /start":            p.start,
		"GET /people/{id}":       p.personForm,
		"POST /people/{id}":      p.savePerson,
		"POST /people/logout":    p.logoutPerson,
		"GET /faults":            p.faultsForm,
		"GET /applications/new":  p.applicationForm,
		"GET /applications/show": p.showApplication,
		"POST /applications":     p.saveApplication,
		"POST /faults":           p.saveFault,
		"GET /saml/metadata":     p.serveMetadata,
		"GET /saml/sso":          p.singleSignOn,
		"POST /saml/sso":         p.singleSignOn,
		"GET /saml/slo":          p.singleLogout,
		"POST /saml/slo":         p.singleLogout,
		"GET /oidc/authorize":    p.authorize,
		"GET /oidc/logout":       p.endSession,
		"POST /oidc/logout":      p.endSession,
	} {
		mux.Handle(pattern, p.onPage(h))
	}
	p.provisioningRoutes(mux)
	for pattern, h := range map[string]handlerFunc{
		"GET /.well-known/openid-configuration": p.discovery,
		"GET /oidc/keys":                        p.jwks,
		"POST /oidc/token":                      p.token,
		"GET /oidc/userinfo":                    p.userinfo,
	} {
		mux.Handle(pattern, asJSON(h))
	}
	static := http.StripPrefix("/static/", http.FileServerFS(p.pages.static))
	mux.HandleFunc("GET /static/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		static.ServeHTTP(w, r)
	})
	guarded := guard(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.prefix != "" &&
			(r.URL.Path == p.prefix || strings.HasPrefix(r.URL.Path, p.prefix+"/")) {
			http.StripPrefix(p.prefix, slashed(guarded)).ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// guard refuses forms of other sites. Applications post protocol messages from other
// origins by design; all other forms must come from our own pages.
func guard(h http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.AddInsecureBypassPattern("POST /saml/sso")
	guard.AddInsecureBypassPattern("POST /saml/slo")
	guard.AddInsecureBypassPattern("POST /oidc/logout")
	return guard.Handler(h)
}

// slashed serves the home page at the prefix without a trailing slash.
func slashed(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "" {
			u := *r.URL
			u.Path = "/"
			clone := *r
			clone.URL = &u
			r = &clone
		}
		h.ServeHTTP(w, r)
	})
}

func (p *IdP) onPage(h handlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		refused := asRefusal(err)
		if err := p.render(w, refused.status, "message", &messagePage{
			basePage{Title: "That did not work"}, refused.text,
		}); err != nil {
			http.Error(w, refused.text, refused.status)
		}
	})
}

func asJSON(h handlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		refused := asRefusal(err)
		code := refused.code
		if code == "" {
			code = "invalid_request"
		}
		_ = writeJSON(w, refused.status, map[string]string{
			"error":             code,
			"error_description": refused.text,
		})
	})
}

func (p *IdP) serveMetadata(w http.ResponseWriter, _ *http.Request) error {
	doc, err := p.Metadata()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(doc)
	return nil
}

func (p *IdP) redirectTo(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, p.prefix+path, http.StatusSeeOther)
	return nil
}

func (p *IdP) singleSignOn(w http.ResponseWriter, r *http.Request) error {
	m, err := messageOf(r)
	if err != nil {
		return err
	}
	request, err := p.readAuthnRequest(m)
	if err != nil {
		return err
	}
	return p.proceed(w, r, pendingSignIn{saml: &request}, m.fields.Get("person"))
}

func (p *IdP) authorize(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	request, err := p.readAuthorize(q)
	if err != nil {
		return err
	}
	return p.proceed(w, r, pendingSignIn{oidc: &request}, q.Get("person"))
}

// start begins a sign-in at the provider (IdP-initiated).
func (p *IdP) start(w http.ResponseWriter, r *http.Request) error {
	sp, err := p.sp(r.FormValue("application"))
	if err != nil {
		return err
	}
	return p.proceed(w, r, pendingSignIn{saml: &samlRequest{SP: sp}}, "")
}

// proceed shows the picker, unless the request has a "person" parameter (ID or login),
// which tests use.
func (p *IdP) proceed(w http.ResponseWriter, r *http.Request, pending pendingSignIn, person string) error {
	if person != "" {
		return p.answer(w, r, pending, person)
	}
	return p.redirectTo(w, r, "/pick/"+p.pending.put(p.now(), pending))
}

func (p *IdP) picked(w http.ResponseWriter, r *http.Request) error {
	pending, ok := p.pending.take(p.now(), r.PathValue("id"))
	if !ok {
		return refuse(
			http.StatusGone,
			"This sign-in was answered already or took too long. Start again at the application.",
		)
	}
	return p.answer(w, r, pending, r.FormValue("person"))
}

func (p *IdP) answer(w http.ResponseWriter, r *http.Request, pending pendingSignIn, person string) error {
	if pending.oidc != nil {
		to, err := p.answerOIDC(*pending.oidc, person)
		if err != nil {
			return err
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	form, err := p.answerSAML(*pending.saml, person)
	if err != nil {
		return err
	}
	sp := pending.saml.SP
	pg := &postPage{
		basePage: basePage{
			Title:      "Signing you in",
			AutoPost:   true,
			formTarget: anyTarget,
		},
		Application: sp.label(),
		Action:      sp.ACSURL,
	}
	for _, name := range []string{"SAMLResponse", "RelayState"} {
		if form.Has(name) {
			pg.Fields = append(pg.Fields, field{name, form.Get(name)})
		}
	}
	return p.render(w, http.StatusOK, "post", pg)
}

func (sp SP) label() string {
	if sp.Name != "" {
		return sp.Name
	}
	return sp.EntityID
}

func (c Client) label() string {
	if c.Name != "" {
		return c.Name
	}
	return c.ID
}

func (p *IdP) home(w http.ResponseWriter, r *http.Request) error {
	p.mu.Lock()
	pg := &homePage{
		basePage: basePage{Title: "Directory"},
		SPs:      slices.Clone(p.sps),
		Clients:  slices.Clone(p.clients),
	}
	p.mu.Unlock()
	for i := range pg.SPs {
		pg.SPs[i].Name = pg.SPs[i].label()
	}
	for i := range pg.Clients {
		pg.Clients[i].Name = pg.Clients[i].label()
	}
	pg.People, pg.Search = searched(p.People(), r.FormValue("q"), mostPeople)
	return p.render(w, http.StatusOK, "home", pg)
}

func (p *IdP) pick(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	pending, ok := p.pending.get(p.now(), id)
	if !ok {
		return refuse(
			http.StatusGone,
			"This sign-in was answered already or took too long. Start again at the application.",
		)
	}
	pg := &pickPage{
		basePage: basePage{Title: "Who are you?"},
		ID:       id,
	}
	pg.People, pg.Search = searched(p.People(), r.FormValue("q"), mostPeople)
	if pending.oidc != nil {
		pg.Application, pg.Protocol = pending.oidc.Client.label(), "OpenID Connect"
		pg.formTarget = anyTarget
	} else {
		pg.Application, pg.Protocol = pending.saml.SP.label(), "SAML 2.0"
		pg.Unsolicited = pending.saml.ID == ""
	}
	return p.render(w, http.StatusOK, "pick", pg)
}

func (p *IdP) personForm(w http.ResponseWriter, r *http.Request) error {
	person, err := p.person(r.PathValue("id"))
	if err != nil {
		return err
	}
	pg := &personPage{
		basePage: basePage{Title: person.Name()},
		Person:   person,
		Saved:    r.URL.Query().Has("saved"),
	}
	for _, name := range p.groupNames() {
		pg.Groups = append(pg.Groups, groupBox{name, slices.Contains(person.Groups, name)})
	}
	for _, s := range p.sessionsOf(person.ID) {
		row := sessionRow{
			Application: s.SP,
			Since:       s.At.UTC().Format("2 Jan 2006 15:04:05 UTC"),
		}
		if sp, err := p.sp(s.SP); err == nil {
			row.Application = sp.label()
			if sp.SLOURL != "" {
				row.Logout = sp.EntityID
				pg.formTarget += formTo(sp.SLOURL)
			}
		}
		pg.Sessions = append(pg.Sessions, row)
	}
	return p.render(w, http.StatusOK, "person", pg)
}

func (p *IdP) savePerson(w http.ResponseWriter, r *http.Request) error {
	person, err := p.person(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return refuse(http.StatusBadRequest, "The form could not be read.")
	}
	groups := r.PostForm["group"]
	for line := range strings.Lines(r.PostForm.Get("more")) {
		if name := strings.TrimRight(line, "\r\n"); name != "" {
			groups = append(groups, name)
		}
	}
	if err := p.SetGroups(person.ID, groups); err != nil {
		return err
	}
	return p.redirectTo(w, r, "/people/"+url.PathEscape(person.ID)+"?saved")
}

func (p *IdP) logoutPerson(w http.ResponseWriter, r *http.Request) error {
	to, err := p.LogoutURL(r.FormValue("person"), r.FormValue("application"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (p *IdP) faultsForm(w http.ResponseWriter, r *http.Request) error {
	current, _ := p.Fault()
	pg := &faultsPage{
		basePage: basePage{Title: "Fault switches"},
		Current:  current,
		Saved:    r.URL.Query().Has("saved"),
		Sections: []faultSection{
			{"Trust", trustFaults()},
			{"Time and order", timeFaults()},
			{"Groups", groupFaults()},
			{"Person and provider", personFaults()},
		},
	}
	p.mu.Lock()
	saml, oidc := len(p.sps) > 0, len(p.clients) > 0
	p.mu.Unlock()
	if saml != oidc { // if one protocol is in use, show its faults only
		for i := range pg.Sections {
			pg.Sections[i].Faults = slices.DeleteFunc(pg.Sections[i].Faults, func(f FaultInfo) bool {
				return !(f.SAML && saml || f.OIDC && oidc)
			})
		}
	}
	return p.render(w, http.StatusOK, "faults", pg)
}

func (p *IdP) saveFault(w http.ResponseWriter, r *http.Request) error {
	fault := Fault(r.FormValue("fault"))
	known := fault == NoFault
	for _, info := range Faults() {
		known = known || info.Fault == fault
	}
	if !known {
		return refuse(http.StatusUnprocessableEntity, "There is no fault named %q.", fault)
	}
	p.setFault(fault, r.FormValue("once") != "" && fault != NoFault)
	return p.redirectTo(w, r, "/faults?saved")
}
