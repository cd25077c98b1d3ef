package demoidp_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	crewjam "github.com/crewjam/saml"

	"gatehouse/internal/demo/demoidp"
)

// browser follows redirects within the provider only.
type browser struct {
	t      *testing.T
	client *http.Client
	base   string
}

func newBrowser(t *testing.T, idp *demoidp.IdP) browser {
	jar, _ := cookiejar.New(nil)
	b := browser{t: t, base: idp.Issuer()}
	b.client = &http.Client{
		Jar: jar,
		CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			if !strings.HasPrefix(r.URL.String(), b.base) {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
	return b
}

func (b browser) read(resp *http.Response, err error) (*http.Response, string) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp, string(body)
}

func (b browser) get(address string) (*http.Response, string) {
	b.t.Helper()
	return b.read(b.client.Get(address))
}

func (b browser) post(path string, form url.Values) (*http.Response, string) {
	b.t.Helper()
	return b.read(b.client.PostForm(b.base+path, form))
}

var (
	pickForm = regexp.MustCompile(`action="(/[^"]*/pick/[^"]+)"`)
	hidden   = regexp.MustCompile(`name="SAMLResponse" value="([^"]+)"`)
)

func TestPickAPerson(t *testing.T) {
	idp := start(t, demoidp.Options{BaseURL: "/demo/idp"})
	sp := peer(t, idp, demoidp.SP{Name: "Acme <b>"})
	b := newBrowser(t, idp)
	redirect, id := ask(t, sp, crewjam.HTTPRedirectBinding)
	_, body := b.get(redirect.URL)
	action := pickForm.FindStringSubmatch(body)
	if action == nil ||
		!strings.Contains(body, "Acme &lt;b&gt;") ||
		!strings.Contains(body, "Ada Lovelace") {
		t.Fatalf("no form to pick from:\n%s", body)
	}
	path := strings.TrimPrefix(action[1], "/demo/idp")
	resp, body := b.post(path, url.Values{"person": {"p-ada"}})
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(
		csp, "form-action 'self' http: https:;",
	) {
		t.Errorf("form-action lacks the application: %s", csp)
	}
	message := hidden.FindStringSubmatch(body)
	if message == nil ||
		!strings.Contains(body, `action="`+acsURL+`"`) ||
		!strings.Contains(body, ">Continue<") {
		t.Fatalf("no form to post on:\n%s", body)
	}
	text := decode(t, url.Values{
		"SAMLResponse": {strings.ReplaceAll(message[1], "&#43;", "+")},
	})
	if _, err := read(sp, text, id); err != nil {
		t.Error(err)
	}
	if resp, _ := b.post(path, url.Values{"person": {"p-ada"}}); resp.StatusCode != http.StatusGone {
		t.Errorf("picked twice: status %d", resp.StatusCode)
	}
}

func TestPersonInTheRequestNeedsNoClick(t *testing.T) {
	idp := start(t, demoidp.Options{})
	sp := peer(t, idp, demoidp.SP{})
	b := newBrowser(t, idp)
	redirect, _ := ask(t, sp, crewjam.HTTPRedirectBinding)
	if _, body := b.get(redirect.URL + "&person=p-ada"); !hidden.MatchString(body) {
		t.Errorf("SAML: not answered:\n%s", body)
	}
	rp := newRelyingParty(t, idp, demoidp.Client{})
	to := rp.config.AuthCodeURL("s") +
		"&code_challenge_method=S256&code_challenge=" + strings.Repeat("a", 43)
	if resp, _ := b.get(to + "&person=ada@acme.example"); !strings.HasPrefix(
		resp.Header.Get("Location"), callbackURL+"?code=",
	) {
		t.Errorf("OIDC: goes to %q", resp.Header.Get("Location"))
	}
	if _, body := b.get(to); !strings.Contains(body, "asks you to sign in over OpenID Connect") {
		t.Errorf("OIDC: no page to pick from:\n%s", body)
	}
}

func TestStartFromHere(t *testing.T) {
	idp := start(t, demoidp.Options{BaseURL: "/idp"})
	peer(t, idp, demoidp.SP{})
	b := newBrowser(t, idp)
	_, body := b.post("/start", url.Values{"application": {spID}})
	action := pickForm.FindStringSubmatch(body)
	if action == nil || !strings.Contains(body, "has not asked for it") {
		t.Fatalf("no form to pick from:\n%s", body)
	}
	_, body = b.post(strings.TrimPrefix(action[1], "/idp"), url.Values{
		"person": {"p-ada"},
	})
	text := decode(t, url.Values{
		"SAMLResponse": {
			strings.ReplaceAll(hidden.FindStringSubmatch(body)[1], "&#43;", "+"),
		},
	})
	if strings.Contains(string(text), "InResponseTo") {
		t.Errorf("the answer names a request:\n%s", text)
	}
}

func TestEditGroups(t *testing.T) {
	idp := start(t, demoidp.Options{BaseURL: "/demo/idp"})
	b := newBrowser(t, idp)
	_, body := b.post("/people/p-ada", url.Values{
		"group": {"admins"},
		"more":  {"Release Managers\r\n\r\n ops\r\n"},
	})
	if !strings.Contains(body, "Saved.") ||
		!strings.Contains(body, `value="Release Managers" checked`) {
		t.Errorf("not shown as saved:\n%s", body)
	}
	if got, want := idp.People()[0].Groups, []string{
		"admins", "Release Managers", " ops",
	}; !slices.Equal(got, want) {
		t.Errorf("groups = %q, want %q", got, want)
	}
	b.post("/people/p-ada", url.Values{})
	if got := idp.People()[0].Groups; len(got) != 0 {
		t.Errorf("groups = %q, want none", got)
	}
}

func TestFaultSwitches(t *testing.T) {
	idp := start(t, demoidp.Options{})
	b := newBrowser(t, idp)
	_, body := b.post("/faults", url.Values{
		"fault": {"wrong-audience"},
		"once":  {"1"},
	})
	if f, once := idp.Fault(); f != demoidp.WrongAudience || !once {
		t.Errorf("fault %q, once %v", f, once)
	}
	if !strings.Contains(body, "Fault on: Wrong audience.") ||
		!strings.Contains(body, `value="wrong-audience" checked`) {
		t.Errorf("not shown:\n%s", body)
	}
	_, body = b.post("/faults", url.Values{"fault": {"expired"}})
	if strings.Contains(body, `name="once" value="1" checked`) {
		t.Error("a lasting fault is shown as one for the next sign-in")
	}
	if f, once := idp.Fault(); f != demoidp.Expired || once {
		t.Errorf("fault %q, once %v", f, once)
	}
	if resp, _ := b.post(
		"/faults", url.Values{"fault": {"<b>"}},
	); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("unknown fault: status %d", resp.StatusCode)
	}
	for _, info := range demoidp.Faults() {
		if _, body := b.get(b.base + "/faults"); !strings.Contains(body, `value="`+string(info.Fault)+`"`) {
			t.Errorf("no switch for %s", info.Fault)
		}
	}
}

func TestFaultsOfTheProtocolInUse(t *testing.T) {
	idp := start(t, demoidp.Options{})
	newRelyingParty(t, idp, demoidp.Client{})
	_, body := newBrowser(t, idp).get(idp.Issuer() + "/faults")
	for _, info := range demoidp.Faults() {
		if got := strings.Contains(body, `value="`+string(info.Fault)+`"`); got != info.OIDC {
			t.Errorf("switch for %s: %v, want %v", info.Fault, got, info.OIDC)
		}
	}
}

func TestPostsFromElsewhereAreRefused(t *testing.T) {
	idp := start(t, demoidp.Options{})
	for path, want := range map[string]int{
		"/people/p-ada": http.StatusForbidden,
		"/faults":       http.StatusForbidden,
		"/start":        http.StatusForbidden,
		"/saml/sso":     http.StatusBadRequest, // accepted from elsewhere, but without a message
		"/saml/slo":     http.StatusBadRequest,
	} {
		r, err := http.NewRequest(http.MethodPost, idp.Issuer()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("POST %s: status %d, want %d", path, resp.StatusCode, want)
		}
	}
}

func TestMountedWithAndWithoutPrefix(t *testing.T) {
	idp, err := demoidp.New(demoidp.Options{BaseURL: "http://127.0.0.1:1/demo/idp"})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/", "/demo/idp", "/demo/idp/", "/demo/idp/static/idp.css",
		"/static/autopost.js",
		"/demo/idp/.well-known/openid-configuration", "/demo/idp/oidc/keys",
		"/demo/idp/saml/metadata",
	} {
		w := httptest.NewRecorder()
		idp.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			t.Errorf("GET %s: status %d", path, w.Code)
		}
	}
	for _, bad := range []string{"", "/idp", "http://x/", "::"} {
		if _, err := demoidp.New(demoidp.Options{BaseURL: bad}); err == nil {
			t.Errorf("base URL %q is accepted", bad)
		}
	}
}
