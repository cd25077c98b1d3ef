package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
)

// Keys of the applications behind the proxy.
const (
	wikiKey     = "wiki"
	apiKey      = "api"
	releasesKey = "releases" // a part of the API that requires a group
)

// said lists the identity headers that an application reads.
var said = [...]string{
	"X-Auth-Request-Id", "X-Auth-Request-User", "X-Auth-Request-Preferred-Username",
	"X-Auth-Request-Name", "X-Auth-Request-Email", "X-Auth-Request-Email-Verified",
	"X-Auth-Request-Groups", "X-Auth-Request-Roles", "X-Auth-Request-Attributes",
	"X-Auth-Request-Enterprise", "X-Auth-Request-Auth-Method", "X-Auth-Request-Acr",
	"Remote-User", "Remote-Name", "Remote-Email", "Remote-Groups",
}

// applications returns the programs behind the proxy. They know about users only what
// the identity headers contain.
func (d *Demo) applications() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /demo/wiki", d.onPage(d.wiki))
	mux.Handle("GET /demo/api", d.onPage(apiHello))
	mux.Handle("GET /demo/api/releases", d.onPage(apiReleases))
	return mux
}

type wikiPage struct {
	basePage
	Name      string
	Groups    []string
	Headers   []headerView
	Assertion *assertionView // nil: it is invalid
	Wrong     string         // why not
	KeysURL   string
}

type headerView struct {
	Name  string
	Parts []string // of the value, between commas; none if it is empty
}

// assertionView is the content of the signed assertion.
type assertionView struct {
	Email         string
	EmailVerified bool
	Until         string
}

func (d *Demo) wiki(w http.ResponseWriter, r *http.Request) error {
	pg := &wikiPage{
		basePage: basePage{
			Title: "The wiki",
			Who:   decoded(r.Header.Get("X-Auth-Request-Name")),
		},
		Name:    decoded(r.Header.Get("X-Auth-Request-Name")),
		Groups:  groupsIn(r.Header),
		KeysURL: d.options.BaseURL + "/oauth2/keys",
	}
	for _, name := range said {
		header := headerView{Name: name}
		if value := r.Header.Get(name); value != "" {
			header.Parts = strings.Split(value, ",")
		}
		pg.Headers = append(pg.Headers, header)
	}
	var err error
	if pg.Assertion, err = d.verify(r.Context(), wikiKey, r.Header.Get("X-Auth-Request-Jwt")); err != nil {
		pg.Wrong = err.Error()
	}
	return d.render(w, r, http.StatusOK, "wiki", pg)
}

// verify verifies an assertion with the keys that Gatehouse publishes, as any program
// can.
func (d *Demo) verify(ctx context.Context, application, assertion string) (*assertionView, error) {
	token, err := d.verifier(application).Verify(ctx, assertion)
	if err != nil {
		return nil, fmt.Errorf("verify the assertion: %w", err)
	}
	var claims struct {
		Email         string `json:"email"`
		EmailVerified bool   `json:"email_verified"`
	}
	if err := token.Claims(&claims); err != nil {
		return nil, fmt.Errorf("read the assertion: %w", err)
	}
	return &assertionView{
		claims.Email, claims.EmailVerified, clock(token.Expiry.In(time.Local)),
	}, nil
}

func (d *Demo) verifier(application string) *gooidc.IDTokenVerifier {
	return gooidc.NewVerifier(d.options.BaseURL, d.keys, &gooidc.Config{
		ClientID:             application,
		SupportedSigningAlgs: []string{gooidc.ES256},
		Now:                  d.options.Now,
	})
}

// decoded decodes the value of an identity header, in which other characters than
// printable ASCII are percent-encoded.
func decoded(value string) string {
	if plain, err := url.PathUnescape(value); err == nil {
		return plain
	}
	return value
}

// groupsIn parses the groups header; a comma within a name is percent-encoded.
func groupsIn(h http.Header) []string {
	list := h.Get("X-Auth-Request-Groups")
	if list == "" {
		return nil
	}
	groups := strings.Split(list, ",")
	for i, g := range groups {
		groups[i] = decoded(g)
	}
	return groups
}

// apiHello answers with the name of the user.
func apiHello(w http.ResponseWriter, r *http.Request) error {
	return asJSON(w, map[string]any{
		"you":        r.Header.Get("X-Auth-Request-User"),
		"name":       decoded(r.Header.Get("X-Auth-Request-Name")),
		"enterprise": r.Header.Get("X-Auth-Request-Enterprise"),
		"groups":     append([]string{}, groupsIn(r.Header)...),
	})
}

// apiReleases answers release managers; Gatehouse enforces that, not this handler.
func apiReleases(w http.ResponseWriter, r *http.Request) error {
	return asJSON(w, map[string]any{
		"you":      r.Header.Get("X-Auth-Request-User"),
		"releases": []string{"1.0.0", "1.1.0", "2.0.0"},
	})
}

func asJSON(w http.ResponseWriter, v any) error {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(append(body, '\n'))
	return nil
}
