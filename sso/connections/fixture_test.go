package connections_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

const by = sso.Actor("tok-test")

// dns answers from a table; a missing name does not exist.
type dns map[string]any // []string or error

func (d dns) LookupTXT(_ context.Context, name string) ([]string, error) {
	switch answer := d[name].(type) {
	case []string:
		return answer, nil
	case error:
		return nil, answer
	}
	return nil, &net.DNSError{
		Err:        "no such host",
		Name:       name,
		IsNotFound: true,
	}
}

// world is one enterprise in a new database, and the admin who sets it up.
type world struct {
	*testing.T
	*connections.Service
	db    *store.DB
	clock *storetest.Clock
	ent   sso.EnterpriseID
	dns   dns
	log   *bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		T:     t,
		clock: storetest.NewClock(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)),
		dns:   dns{},
		log:   new(bytes.Buffer),
	}
	w.db = storetest.Open(
		t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, w.clock.Now,
	)
	w.ent = w.enterprise("acme")
	w.Service = w.node(nil)
	return w
}

// node is another process on the same database.
func (w *world) node(change func(*connections.Options)) *connections.Service {
	client := outbound.NewClient(outbound.Options{AllowPrivate: true})
	o := connections.Options{
		Connections: w.db,
		Groups:      w.db,
		Domains:     w.db,
		Trials:      w.db,
		Trusts:      w.db,

		Resolver:      w.dns,
		Now:           w.clock.Now,
		AllowLoopback: true,
		Log:           slog.New(slog.NewTextHandler(w.log, nil)),
		SAML: saml.New(saml.Options{
			BaseURL: "https://gatehouse.test",
			Client:  client,
			Now:     w.clock.Now,
		}),
		OIDC: oidc.New(oidc.Options{
			BaseURL: "https://gatehouse.test",
			Client:  client,
			Now:     w.clock.Now,
		}),
	}
	if change != nil {
		change(&o)
	}
	return connections.New(o)
}

func (w *world) enterprise(key string) sso.EnterpriseID {
	w.Helper()
	e, err := w.db.CreateEnterprise(w.Context(), by, sso.Enterprise{
		Key:  key,
		Name: key,
	})
	w.ok(err)
	return e.ID
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// fails asserts kind, code and the fields that are blamed.
func (w *world) fails(err error, kind sso.Kind, code string, fields ...string) {
	w.Helper()
	if err == nil || sso.KindOf(err) != kind || sso.CodeOf(err) != code {
		w.Errorf("got %v; want %s, code %s", err, kind, code)
		return
	}
	if diff := cmp.Diff(fields, blamed(err)); diff != "" {
		w.Errorf("fields wanted (-) are not those blamed (+) in %v:\n%s", err, diff)
	}
}

func (w *world) same(want, got any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("wanted (-) is not what came (+):\n%s", diff)
	}
}

func (w *world) load(id sso.ConnectionID) sso.Connection {
	w.Helper()
	c, err := w.db.Connection(w.Context(), w.ent, id)
	w.ok(err)
	return c
}

// actions are those of the newest audit events, newest first.
func (w *world) actions(n int) []string {
	w.Helper()
	events, _, err := w.db.AuditEvents(
		w.Context(), w.ent, sso.AuditFilter{}, sso.Page{Limit: n},
	)
	w.ok(err)
	var actions []string
	for _, e := range events {
		actions = append(actions, e.Action)
	}
	return actions
}

// directory is an identity provider's server: metadata and discovery as they
// are set, and how often each was asked for.
type directory struct {
	*httptest.Server
	mu       sync.Mutex
	entity   string
	sso      string
	certs    [][]byte
	issuer   string // in the discovery document; empty: the server's address
	methods  []string
	scopes   []string
	override http.HandlerFunc // instead of everything
	asked    map[string]int
}

func newDirectory(t testing.TB) *directory {
	t.Helper()
	d := &directory{
		entity: "https://idp.test/entity",
		sso:    "https://idp.test/sso",
		asked:  map[string]int{},
		scopes: []string{"openid"},
	}
	d.certs = [][]byte{certificate(t, 365)}
	d.Server = httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(d.Close)
	return d
}

func (d *directory) serve(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	d.asked[r.URL.Path]++
	override := d.override
	issuer := d.issuer
	metadata := metadataOf(d.entity, d.sso, d.certs...)
	methods := d.methods
	scopes := d.scopes
	d.mu.Unlock()
	switch {
	case override != nil:
		override(w, r)
	case strings.HasSuffix(r.URL.Path, "/metadata"):
		_, _ = w.Write([]byte(metadata))
	case r.URL.Path == "/.well-known/openid-configuration":
		if issuer == "" {
			issuer = d.URL
		}
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer":                                issuer,
			"authorization_endpoint":                d.URL + "/authorize",
			"token_endpoint":                        d.URL + "/token",
			"jwks_uri":                              d.URL + "/keys",
			"token_endpoint_auth_methods_supported": methods,
			"scopes_supported":                      scopes,
		})
	default:
		http.NotFound(w, r)
	}
}

func (d *directory) set(change func(*directory)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

func (d *directory) count(path string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked[path]
}

func (d *directory) metadataURL() string { return d.URL + "/metadata" }

// answer makes the server give one answer to everything.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func metadataOf(entity, location string, certs ...[]byte) string {
	var keys strings.Builder
	for _, der := range certs {
		fmt.Fprintf(
			&keys,
			`<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`,
			base64.StdEncoding.EncodeToString(der),
		)
	}
	return fmt.Sprintf(
		`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">%s<SingleSignOnService Binding="%s" Location="%s"/></IDPSSODescriptor></EntityDescriptor>`,
		entity, keys.String(), sso.BindingRedirect, location,
	)
}

// certificate is a new self-signed one that ends so many days after the world
// begins.
func certificate(t testing.TB, days int) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signed(t, &key.PublicKey, key, days)
}

func signed(t testing.TB, public any, signer *ecdsa.PrivateKey, days int) []byte {
	t.Helper()
	begin := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "idp"},
		NotBefore:    begin.AddDate(-1, 0, 0),
		NotAfter:     begin.AddDate(0, 0, days),
	}
	der, err := x509.CreateCertificate(
		rand.Reader, template, template, public, signer,
	)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func b64(der []byte) string { return base64.StdEncoding.EncodeToString(der) }

// keysOf are the certificates a configuration trusts, in order.
func keysOf(cfg *sso.Config) []string {
	var all []string
	for _, c := range cfg.SAML.Certificates {
		all = append(all, b64(c.Raw))
	}
	return all
}

// saml creates a SAML connection from the directory's metadata.
func (w *world) saml(d *directory) sso.Connection {
	w.Helper()
	c, _, err := w.Create(w.Context(), by, w.ent, sso.SAML, connections.Edit{
		Name: new("Directory"),
		SAML: &connections.SAMLEdit{MetadataURL: new(d.metadataURL())},
	})
	w.ok(err)
	return c
}

// live creates one and enables it.
func (w *world) live(d *directory) sso.Connection {
	w.Helper()
	c, err := w.Enable(w.Context(), by, w.ent, w.saml(d).ID, 0)
	w.ok(err)
	return c
}

// oidc creates an OpenID Connect connection to the directory.
func (w *world) oidc(d *directory) sso.Connection {
	w.Helper()
	c, _, err := w.Create(w.Context(), by, w.ent, sso.OIDC, connections.Edit{
		Name: new("Directory"),
		OIDC: &connections.OIDCEdit{
			Issuer:       new(d.URL),
			ClientID:     new("gatehouse"),
			ClientSecret: new(sso.Secret("canary-secret")),
		},
	})
	w.ok(err)
	return c
}

func fieldsOf(warnings []connections.Warning) []string {
	var all []string
	for _, x := range warnings {
		all = append(all, x.Field)
	}
	slices.Sort(all)
	return all
}
