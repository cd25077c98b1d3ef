package demoidp

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
)

// The most groups Entra ID lists; with more it sends a pointer instead.
const (
	mostInToken     = 200
	mostInAssertion = 150
)

// mostOnPage is the page size, whatever the client requests: smaller than Graph's 999,
// so that clients have to follow pages.
const mostOnPage = 100

const graphTokenLives = time.Hour

// The names of Entra ID's claims for the tenant and the object ID.
const (
	claimTenant   = "tid"
	claimObject   = "oid"
	samlNamespace = "http://schemas.microsoft.com/identity/claims/"
	samlTenant    = samlNamespace + "tenantid"
	samlObject    = samlNamespace + "objectidentifier"
)

// directoryApp is an application that may read the directory.
type directoryApp struct {
	id     string
	secret sso.Secret
}

// LetRead lets an application read all users' groups at Graph.
func (p *IdP) LetRead(clientID string, secret sso.Secret) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.readers = slices.DeleteFunc(p.readers, func(a directoryApp) bool {
		return a.id == clientID
	})
	p.readers = append(p.readers, directoryApp{clientID, secret})
}

// ObjectID returns the GUID of a person or a group at Graph.
func (p *IdP) ObjectID(id string) string {
	sum := sha256.Sum256([]byte(p.options.Tenant + "\x00" + id))
	sum[6] = sum[6]&0x0f | 0x80 // version and variant of a UUID made like this (RFC 9562 §5.8)
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// Graph returns a handler for the part of Microsoft's API that lists a person's
// groups: the token endpoint of the tenant and transitiveMemberOf. Both are at the
// root of an origin, so it needs its own.
func (p *IdP) Graph() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /{tenant}/oauth2/v2.0/token", asJSON(p.graphToken))
	mux.Handle("GET /v1.0/users/{oid}/transitiveMemberOf/microsoft.graph.group", asGraph(p.graphGroups))
	return mux
}

// graphToken serves the client credentials grant (RFC 6749 §4.4).
func (p *IdP) graphToken(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxMessage)
	if err := r.ParseForm(); err != nil {
		return refuseOAuth(http.StatusBadRequest, "invalid_request", "the form cannot be read")
	}
	p.mu.Lock()
	down := p.graphDown
	p.mu.Unlock()
	switch {
	case down:
		// a failing server does not speak the protocol
		http.Error(w, "<h1>Internal Server Error</h1>", http.StatusInternalServerError)
		return nil
	case r.PathValue("tenant") != p.options.Tenant:
		return refuseOAuth(http.StatusBadRequest, "invalid_request", "there is no such tenant")
	case r.PostForm.Get("grant_type") != "client_credentials":
		return refuseOAuth(
			http.StatusBadRequest, "unsupported_grant_type", "only client_credentials is supported",
		)
	case !strings.HasSuffix(r.PostForm.Get("scope"), "/.default"):
		return refuseOAuth(
			http.StatusBadRequest, "invalid_scope",
			"the scope must be that of a resource, and end with /.default",
		)
	case !p.mayRead(r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")):
		return refuseOAuth(
			http.StatusUnauthorized, "invalid_client", "the application cannot be authenticated",
		)
	}
	return writeJSON(w, http.StatusOK, map[string]any{
		"token_type":   "Bearer",
		"expires_in":   int(graphTokenLives.Seconds()),
		"access_token": p.graphTokens.put(p.now(), struct{}{}),
	})
}

func (p *IdP) mayRead(id, secret string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.readers, func(a directoryApp) bool {
		return a.id == id &&
			subtle.ConstantTimeCompare([]byte(a.secret.Reveal()), []byte(secret)) == 1
	})
}

// graphGroups serves one page of groups.
func (p *IdP) graphGroups(w http.ResponseWriter, r *http.Request) error {
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if _, ok := p.graphTokens.get(p.now(), bearer); !ok {
		return refuseOAuth(
			http.StatusUnauthorized, "InvalidAuthenticationToken",
			"the access token is missing, unknown or expired",
		)
	}
	q := r.URL.Query()
	if r.Header.Get("ConsistencyLevel") != "eventual" || q.Get("$count") != "true" {
		return refuseOAuth(
			http.StatusBadRequest, "Request_UnsupportedQuery",
			"choosing groups needs ConsistencyLevel: eventual and $count=true",
		)
	}
	names, found := p.groupsOf(r.PathValue("oid"))
	if !found {
		return refuseOAuth(
			http.StatusNotFound, "Request_ResourceNotFound", "there is no one with this object ID",
		)
	}
	size, err := number(q, "$top", mostOnPage)
	if err != nil {
		return err
	}
	from, err := number(q, "$skiptoken", 0)
	if err != nil {
		return err
	}
	from = min(from, len(names))
	to := min(from+max(1, min(size, mostOnPage)), len(names))
	answer := map[string]any{
		"@odata.count": len(names),
		"value":        p.graphPage(names[from:to]),
	}
	if to < len(names) {
		q.Set("$skiptoken", strconv.Itoa(to))
		next := url.URL{
			Scheme:   "http",
			Host:     r.Host,
			Path:     r.URL.Path,
			RawQuery: q.Encode(),
		}
		answer["@odata.nextLink"] = next.String()
	}
	return writeJSON(w, http.StatusOK, answer)
}

func number(q url.Values, name string, otherwise int) (int, error) {
	if !q.Has(name) {
		return otherwise, nil
	}
	n, err := strconv.ParseUint(q.Get(name), 10, 16)
	if err != nil {
		return 0, refuseOAuth(
			http.StatusBadRequest, "Request_BadRequest", "what "+name+" says is not a number",
		)
	}
	return int(n), nil
}

func (p *IdP) graphPage(names []string) []map[string]string {
	page := make([]map[string]string, 0, len(names))
	for _, name := range names {
		page = append(page, map[string]string{
			"id":          p.ObjectID("group " + name),
			"displayName": name,
		})
	}
	return page
}

// groupsOf returns the groups of the person with the object ID.
func (p *IdP) groupsOf(oid string) (names []string, found bool) {
	for _, person := range p.People() {
		if strings.EqualFold(p.ObjectID(person.ID), oid) {
			return person.allGroups(), true
		}
	}
	return nil, false
}

// pointer returns the claim value that replaces a list that is too long. Clients must
// not follow it: they have to know Graph's address themselves.
func (p *IdP) pointer(person Person) string {
	return p.base + "/users/" + p.ObjectID(person.ID) + "/getMemberObjects"
}

// asGraph renders errors in the format of Graph.
func asGraph(h handlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			refused := asRefusal(err)
			_ = writeJSON(w, refused.status, map[string]any{"error": map[string]string{
				"code":    refused.code,
				"message": refused.text,
			}})
		}
	})
}
