package saml_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/outbound"
	"gatehouse/saml"
	"gatehouse/sso"
)

const person = "p-ada"

// conversation is a service provider and an identity provider that each know
// the other by its metadata only.
type conversation struct {
	sp         *saml.ServiceProvider
	idp        *demoidp.IdP
	connection sso.Connection
	config     sso.Config
}

func converse(t *testing.T, binding string) conversation {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	idp, err := demoidp.New(demoidp.Options{
		BaseURL:               "http://" + srv.Listener.Addr().String(),
		RequireSignedRequests: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = idp.Handler()
	srv.Start()
	t.Cleanup(srv.Close)
	idp.AddPerson(demoidp.Person{
		ID:        person,
		Login:     "ada@acme.example",
		Email:     "ada@acme.example",
		GivenName: "Ada",
		Surname:   "Lovelace",
		Groups:    []string{"developers"},
	})

	sp := saml.New(saml.Options{
		BaseURL: "https://gate.example.com",
		Client:  outbound.NewClient(outbound.Options{AllowPrivate: true}),
	})
	metadata, err := sp.FetchMetadata(t.Context(), idp.MetadataURL())
	if err != nil {
		t.Fatal(err)
	}
	config, err := metadata.Apply(sso.SAMLConfig{NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"})
	if err != nil {
		t.Fatal(err)
	}
	if !config.SignRequests {
		t.Fatal("the identity provider wants requests signed, and that was not taken over")
	}
	config.SSO.Binding = binding
	key, err := saml.NewKeyPair("gate.example.com", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := conversation{
		sp:     sp,
		idp:    idp,
		config: sso.Config{SAML: &config},
		connection: sso.Connection{
			ID:       sso.NewID[sso.ConnectionID](time.Now()),
			Protocol: sso.SAML,
			Keys:     []sso.KeyPair{key},
		},
	}
	c.introduce(t)
	return c
}

// introduce gives our metadata to the identity provider.
func (c conversation) introduce(t *testing.T) {
	t.Helper()
	doc, err := c.sp.Metadata(c.connection, sso.Brand{})
	if err != nil {
		t.Fatal(err)
	}
	us, err := demoidp.SPFromMetadata(doc)
	if err != nil {
		t.Fatal(err)
	}
	us.Encrypt = true
	c.idp.RegisterSAML(us)
}

func (c conversation) signIn(t *testing.T) sso.Assertion {
	t.Helper()
	pending := sso.PendingLogin{
		ID:         "gh" + strings.Repeat("0123456789", 4),
		Connection: c.connection.ID,
		CreatedAt:  time.Now(),
	}
	redirect, err := c.sp.Begin(t.Context(), c.connection, c.config, pending)
	if err != nil {
		t.Fatal(err)
	}
	form, acs, err := c.idp.RespondSAML(person, redirect)
	if err != nil {
		t.Fatal(err)
	}
	if acs != c.sp.ACSURL(c.connection.ID) || form.Get("RelayState") != pending.ID {
		t.Errorf("answer to %s, RelayState %q", acs, form.Get("RelayState"))
	}
	x, err := c.sp.Complete(
		t.Context(), c.connection, c.config, &pending, sso.Callback{Form: form},
	)
	if err != nil {
		t.Fatalf("%v: %v", err, x.Checks)
	}
	return x.Assertion
}

// follow goes where a logout message sends the browser and gives the query with
// which the identity provider sends it back, "" if it keeps it.
func follow(t *testing.T, r sso.Redirect) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	get := func() (*http.Response, error) { return client.Get(r.URL) }
	if r.Form != nil {
		get = func() (*http.Response, error) {
			return client.PostForm(r.URL, r.Form)
		}
	}
	resp, err := get()
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		t.Fatalf("status %d", resp.StatusCode)
	}
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return back.RawQuery
}

// TestConversation is everything two parties say to each other, with signatures
// required both ways and assertions encrypted.
func TestConversation(t *testing.T) {
	t.Parallel()
	for name, binding := range map[string]string{
		"redirect": sso.BindingRedirect,
		"post":     sso.BindingPOST,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := converse(t, binding)
			if c.config.SAML.SLO != nil {
				c.config.SAML.SLO.Binding = binding
			}
			a := c.signIn(t)
			if a.Issuer != c.idp.EntityID() ||
				a.Subject == "" ||
				a.SessionIndex == "" {
				t.Fatalf("%+v", a)
			}

			t.Run("sign out here", func(t *testing.T) {
				session := sso.Session{
					Subject:      a.Subject,
					NameIDFormat: a.SubjectFormat,
					SessionIndex: a.SessionIndex,
				}
				request, err := c.sp.BeginLogout(c.connection, c.config, session)
				if err != nil {
					t.Fatal(err)
				}
				message, err := c.sp.ParseLogout(
					c.connection, c.config, nil, follow(t, request),
				)
				if err != nil ||
					message.Request ||
					message.Status != "Success" {
					t.Fatalf("%+v, %v", message, err)
				}
				if n := c.idp.Sessions(person); n != 0 {
					t.Errorf("%d sessions left there", n)
				}
			})

			t.Run("sign out there", func(t *testing.T) {
				a := c.signIn(t)
				to, err := c.idp.LogoutURL(person, c.sp.EntityID(c.connection.ID))
				if err != nil {
					t.Fatal(err)
				}
				u, err := url.Parse(to)
				if err != nil {
					t.Fatal(err)
				}
				message, err := c.sp.ParseLogout(
					c.connection, c.config, u.Query(), u.RawQuery,
				)
				if err != nil {
					t.Fatal(err)
				}
				if !message.Request ||
					message.Subject != a.Subject ||
					len(message.SessionIndexes) != 1 ||
					message.SessionIndexes[0] != a.SessionIndex {
					t.Errorf("%+v", message)
				}
				answer, err := c.sp.LogoutResponse(c.connection, c.config, message)
				if err != nil {
					t.Fatal(err)
				}
				if query := follow(t, answer); query != "" {
					t.Errorf("sent on with %q", query)
				}
			})
		})
	}
}

// TestKeyRollover changes our key while the identity provider knows the old one
// only, and then theirs.
func TestKeyRollover(t *testing.T) {
	t.Parallel()
	c := converse(t, sso.BindingRedirect)
	newer, err := saml.NewKeyPair("gate.example.com", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	old := c.connection.Keys[0]
	c.connection.Keys = []sso.KeyPair{old, newer} // published, not in use yet
	c.introduce(t)
	c.signIn(t)
	c.connection.Keys = []sso.KeyPair{newer, old} // signs; the old one still opens
	c.signIn(t)
	c.introduce(t)
	c.connection.Keys = []sso.KeyPair{newer}
	c.signIn(t)

	if err := c.idp.RotateKeys(); err != nil {
		t.Fatal(err)
	}
	metadata, err := c.sp.FetchMetadata(t.Context(), c.idp.MetadataURL())
	if err != nil {
		t.Fatal(err)
	}
	config, err := metadata.Apply(*c.config.SAML)
	if err != nil || len(config.Certificates) != 2 {
		t.Fatalf("%d certificates, %v", len(config.Certificates), err)
	}
	c.config.SAML = &config
	c.signIn(t)
}
