package demoidp_test

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gatehouse/internal/demo/demoidp"
)

// TestAddApplication adds an application of each protocol as an admin does, and reads
// the values to enter there.
func TestAddApplication(t *testing.T) {
	t.Parallel()
	idp, b := newDirectory(t)
	resp, body := b.post("/applications", url.Values{
		"protocol": {"saml"},
		"name":     {"Gatehouse"},
		"acs":      {"https://sso.example/saml/c/acs"},
		"entity":   {"https://sso.example/saml/c/metadata"},
	})
	if resp.StatusCode != 200 ||
		!strings.Contains(body, idp.MetadataURL()) ||
		!strings.Contains(body, "-----BEGIN CERTIFICATE-----") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	resp, body = b.post("/applications", url.Values{
		"protocol": {"oidc"},
		"name":     {"Gatehouse"},
		"redirect": {"https://sso.example/oidc/c/callback"},
	})
	id := regexp.MustCompile(`id="client">(app-[0-9a-f]+)<`).FindStringSubmatch(body)
	secret := regexp.MustCompile(`id="secret">(.+?)<`).FindStringSubmatch(body)
	if resp.StatusCode != 200 ||
		id == nil ||
		secret == nil ||
		strings.Contains(secret[1], "redacted") {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	_, body = b.get(b.base + "/applications/show?client=" + id[1])
	if !strings.Contains(body, secret[1]) {
		t.Error("the secret is not shown again")
	}
}

func TestAddApplicationRefuses(t *testing.T) {
	t.Parallel()
	_, b := newDirectory(t)
	for want, form := range map[string]url.Values{
		"name": {
			"protocol": {"saml"},
			"acs":      {"https://x.example/a"},
			"entity":   {"x"},
		},
		"single sign-on URL": {
			"protocol": {"saml"},
			"name":     {"x"},
			"acs":      {"javascript:alert(1)"},
			"entity":   {"x"},
		},
		"audience URI": {
			"protocol": {"saml"},
			"name":     {"x"},
			"acs":      {"https://x.example/a"},
		},
		"redirect URI": {
			"protocol": {"oidc"},
			"name":     {"x"},
			"redirect": {"/callback"},
		},
		"sign-out": {
			"protocol": {"oidc"},
			"name":     {"x"},
			"redirect": {"https://x.example/c"},
			"after":    {"nowhere"},
		},
	} {
		resp, body := b.post("/applications", form)
		if resp.StatusCode != 422 ||
			!strings.Contains(body, want) ||
			form.Get("acs") == "https://x.example/a" &&
				!strings.Contains(body, `value="https://x.example/a"`) {
			t.Errorf("%s: %d %s", want, resp.StatusCode, body)
		}
	}
	if resp, _ := b.get(b.base + "/applications/show?entity=nobody"); resp.StatusCode != 400 {
		t.Errorf("an application that is not there: %d", resp.StatusCode)
	}
}

// newDirectory starts a provider and returns it with a browser on its pages.
func newDirectory(t *testing.T) (*demoidp.IdP, browser) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	idp, err := demoidp.New(demoidp.Options{
		BaseURL: "http://" + server.Listener.Addr().String(),
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = idp.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return idp, newBrowser(t, idp)
}
