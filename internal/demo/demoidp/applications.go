package demoidp

import (
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/sso"
)

// The applications pages are for the directory's admin, who registers applications
// there as in the consoles of real products.

type newApplicationPage struct {
	basePage
	OIDC    bool
	Label   string // form input, like the fields below
	ACS     string
	Entity  string
	Return  string
	After   string // URL after signing out; may be empty
	Problem string
}

type applicationPage struct {
	basePage
	SP          *SP
	Client      *Client
	Certificate string // PEM, of a SAML application's directory
}

// Secret returns the client secret in clear; only this page shows it.
func (pg *applicationPage) Secret() string { return pg.Client.Secret.Reveal() }

func (p *IdP) applicationForm(w http.ResponseWriter, r *http.Request) error {
	return p.render(w, http.StatusOK, "application-new", &newApplicationPage{
		basePage: basePage{Title: "Add an application"},
		OIDC:     r.URL.Query().Get("protocol") == "oidc",
	})
}

func (p *IdP) saveApplication(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return refuse(http.StatusBadRequest, "The form could not be read.")
	}
	value := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	pg := &newApplicationPage{
		basePage: basePage{Title: "Add an application"},
		OIDC:     value("protocol") == "oidc",
		Label:    value("name"),
		ACS:      value("acs"),
		Entity:   value("entity"),
		Return:   value("redirect"),
		After:    value("after"),
	}
	again := func(problem string) error {
		pg.Problem = problem
		return p.render(w, http.StatusUnprocessableEntity, "application-new", pg)
	}
	switch {
	case pg.Label == "":
		return again("Give the application a name.")
	case pg.OIDC && !isAddress(pg.Return):
		return again("The sign-in redirect URI has to be an absolute http or https address.")
	case pg.OIDC && pg.After != "" && !isAddress(pg.After):
		return again("The sign-out redirect URI has to be an absolute http or https address.")
	case pg.OIDC:
		c := Client{
			Name:         pg.Label,
			ID:           "app-" + randomID()[1:13],
			Secret:       sso.NewSecret(),
			RedirectURIs: []string{pg.Return},
		}
		if pg.After != "" {
			c.PostLogoutURIs = []string{pg.After}
		}
		p.RegisterOIDC(c)
		return p.redirectTo(w, r, "/applications/show?client="+url.QueryEscape(c.ID))
	case !isAddress(pg.ACS):
		return again("The single sign-on URL has to be an absolute http or https address.")
	case pg.Entity == "":
		return again("The audience URI is missing.")
	}
	p.RegisterSAML(SP{
		Name:     pg.Label,
		EntityID: pg.Entity,
		ACSURL:   pg.ACS,
	})
	return p.redirectTo(w, r, "/applications/show?entity="+url.QueryEscape(pg.Entity))
}

func isAddress(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil &&
		u.Host != "" &&
		(u.Scheme == "https" || u.Scheme == "http")
}

func (p *IdP) showApplication(w http.ResponseWriter, r *http.Request) error {
	if id := r.URL.Query().Get("client"); id != "" {
		c, err := p.client(id)
		if err != nil {
			return err
		}
		return p.render(w, http.StatusOK, "application", &applicationPage{
			basePage: basePage{Title: c.label()},
			Client:   &c,
		})
	}
	sp, err := p.sp(r.URL.Query().Get("entity"))
	if err != nil {
		return err
	}
	keys, err := p.keys.forSAML()
	if err != nil {
		return err
	}
	certificate := pem.EncodeToMemory(&pem.Block{
		Type:  "CERTIFICATE",
		Bytes: keys[0].cert.Raw,
	})
	return p.render(w, http.StatusOK, "application", &applicationPage{
		basePage:    basePage{Title: sp.label()},
		SP:          &sp,
		Certificate: string(certificate),
	})
}
