package harness

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"math/rand/v2" // client addresses
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// Visitor is a browser without a screen: it has cookies and an address of its
// own. Its methods may be called at once by several goroutines.
type Visitor struct {
	g       *Gateway
	client  *http.Client
	base    string
	remote  string
	mu      sync.Mutex
	nodes   []*Gateway
	asks    bool // asks a node whether it is ready before it uses it
	cookies map[string]string
}

// Visitor is a scripted browser with cookies and its own client address. Its
// methods are safe for concurrent use.
func (g *Gateway) Visitor() *Visitor {
	// Its own address, so that visitors do not share rate limits.
	remote := netip.AddrFrom4([4]byte{
		10, byte(rand.N(256)), byte(rand.N(256)), byte(rand.N(256)),
	})
	v := &Visitor{
		g:       g,
		base:    g.URL,
		nodes:   []*Gateway{g},
		remote:  remote.String(),
		cookies: map[string]string{},
	}
	v.client = &http.Client{
		Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext:       v.dial,
		},
	}
	return v
}

// dial connects to the first node that accepts connections and, if the visitor
// asks, is ready.
func (v *Visitor) dial(ctx context.Context, network, _ string) (c net.Conn, err error) {
	v.mu.Lock()
	nodes, asks := v.nodes, v.asks
	v.mu.Unlock()
	err = errors.New("no node is ready")
	for _, node := range nodes {
		if asks && node.Probe("/readyz") != http.StatusOK {
			continue
		}
		if c, err = new(net.Dialer).DialContext(ctx, network, node.Addr); err == nil {
			break
		}
	}
	return c, err
}

// At sends all further requests to this node, or to the next one if it refuses
// connections, as a load balancer does.
func (v *Visitor) At(nodes ...*Gateway) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.nodes = nodes
}

// From sets the client address, which visitors may share.
func (v *Visitor) From(address string) *Visitor {
	v.remote = address
	return v
}

// Cookies returns a copy of the cookies.
func (v *Visitor) Cookies() map[string]string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.cookies)
}

// Answer is the response to a request. Status 0 means that there was none.
type Answer struct {
	Status   int
	Header   http.Header
	Body     string
	Location string
	SetNames []string // names of the cookies that it set
	Err      error
}

var codeInPage = regexp.MustCompile(`<dt>Code</dt><dd><code>([a-z_]+)</code>`)

// Code returns the error code that the page shows, if any.
func (a Answer) Code() string {
	if m := codeInPage.FindStringSubmatch(a.Body); m != nil {
		return m[1]
	}
	return ""
}

func (a Answer) String() string {
	return fmt.Sprintf(
		"%d code %q to %q cookies %v error %v", a.Status, a.Code(), a.Location,
		a.SetNames, a.Err,
	)
}

// Get requests a page and follows no redirects.
func (v *Visitor) Get(target string) Answer { return v.send(http.MethodGet, target, "", nil) }

// GetWith is Get with more headers, such as those of a reverse proxy.
func (v *Visitor) GetWith(target string, header http.Header) Answer {
	return v.send(http.MethodGet, target, "", header)
}

// Post submits a form from one of the gateway's pages.
func (v *Visitor) Post(target string, form url.Values) Answer {
	return v.send(http.MethodPost, target, form.Encode(), nil)
}

func (v *Visitor) send(method, target, body string, header http.Header) Answer {
	if strings.HasPrefix(target, "/") {
		target = v.base + target
	}
	r, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		return Answer{Err: err}
	}
	maps.Copy(r.Header, header)
	r.Header.Set("X-Forwarded-For", v.remote)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	// Not net/http/cookiejar: it keeps Secure cookies from http://localhost,
	// which browsers do not.
	for name, value := range v.Cookies() {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := v.client.Do(r)
	if err != nil {
		return Answer{Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	a := Answer{
		Status:   resp.StatusCode,
		Header:   resp.Header,
		Body:     string(text),
		Location: resp.Header.Get("Location"),
		Err:      err,
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, c := range resp.Cookies() {
		a.SetNames = append(a.SetNames, c.Name)
		if c.MaxAge < 0 || c.Value == "" {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
			if c.Name != "gatehouse-again" { // a connection's ID, which paths contain too
				v.g.hide(c.Value)
			}
		}
	}
	return a
}

var (
	formAction = regexp.MustCompile(
		`<form method="post" action="([^"]+)" data-auto>`,
	)
	formField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
)

// Begin opens a company's sign-in link and returns where it redirects to.
func (v *Visitor) Begin(key string) (sso.Redirect, error) {
	return v.Follow("/login/sso?enterprise_key=" + key)
}

// Follow opens a link to an identity provider and returns where it redirects
// to.
func (v *Visitor) Follow(link string) (sso.Redirect, error) {
	a := v.Get(link)
	if a.Status == http.StatusSeeOther {
		return sso.Redirect{URL: a.Location}, nil
	}
	action := formAction.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || action == nil {
		return sso.Redirect{}, fmt.Errorf("begin a sign-in: %v", a)
	}
	redirect := sso.Redirect{
		URL:  html.UnescapeString(action[1]),
		Form: url.Values{},
	}
	for _, f := range formField.FindAllStringSubmatch(a.Body, -1) {
		redirect.Form.Set(f[1], html.UnescapeString(f[2]))
	}
	return redirect, nil
}

// Return is the response of an identity provider, before the browser delivers
// it.
type Return struct {
	URL  string
	Form url.Values // posted to URL; nil: URL is opened
}

var assertionID = regexp.MustCompile(`Assertion [^>]*\bID="([^"]+)"`)

// ID returns the value by which the gateway detects a replay of a SAML
// response.
func (r Return) ID() string {
	message, err := base64.StdEncoding.DecodeString(r.Form.Get("SAMLResponse"))
	if m := assertionID.FindSubmatch(message); err == nil && m != nil {
		return string(m[1])
	}
	return ""
}

// Visit signs in at the identity provider and returns its response,
// undelivered.
func (v *Visitor) Visit(idp *demoidp.IdP, key, person string) (Return, error) {
	return v.VisitFrom("/login/sso?enterprise_key="+key, idp, person)
}

// VisitFrom is Visit by any link to the identity provider.
func (v *Visitor) VisitFrom(link string, idp *demoidp.IdP, person string) (Return, error) {
	redirect, err := v.Follow(link)
	if err != nil {
		return Return{}, err
	}
	if strings.Contains(redirect.URL, "/oidc/") {
		to, err := idp.RespondOIDC(person, redirect)
		return Return{URL: to}, err
	}
	form, acs, err := idp.RespondSAML(person, redirect)
	return Return{URL: acs, Form: form}, err
}

// Deliver delivers a response to the gateway.
func (v *Visitor) Deliver(r Return) Answer {
	if r.Form == nil {
		return v.Get(r.URL)
	}
	message := r.Form.Get("SAMLResponse")
	v.g.hide(message[:min(len(message), 100)])
	return v.Post(r.URL, r.Form)
}

// SignIn opens the sign-in link, signs in and delivers the response.
func (v *Visitor) SignIn(idp *demoidp.IdP, key, person string) Answer {
	back, err := v.Visit(idp, key, person)
	if err != nil {
		return Answer{Err: err}
	}
	return v.Deliver(back)
}

// SignedIn reports whether the account page is shown.
func (v *Visitor) SignedIn() bool { return v.Get("/account").Status == http.StatusOK }

// Twin returns a visitor with a copy of the cookies, at another node.
func (v *Visitor) Twin(g *Gateway) *Visitor {
	twin := g.Visitor()
	twin.remote, twin.cookies = v.remote, v.Cookies()
	return twin
}
