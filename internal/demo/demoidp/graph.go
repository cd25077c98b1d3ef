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
// groups, and a group's members: the token endpoint of the tenant, transitiveMemberOf,
// groups and members. They are at the root of an origin, so it needs its own.
func (p *IdP) Graph() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /{tenant}/oauth2/v2.0/token", asJSON(p.graphToken))
	mux.Handle("GET /v1.0/users/{oid}/transitiveMemberOf/microsoft.graph.group", asGraph(p.graphGroups))
	mux.Handle("GET /v1.0/groups", asGraph(p.graphFind))
	mux.Handle("GET /v1.0/groups/{id}/members/microsoft.graph.user", asGraph(p.graphMembers))
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

// graphAllowed refuses a request without a token, and one without what advanced
// queries need.
func (p *IdP) graphAllowed(r *http.Request) error {
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if _, ok := p.graphTokens.get(p.now(), bearer); !ok {
		return refuseOAuth(
			http.StatusUnauthorized, "InvalidAuthenticationToken",
			"the access token is missing, unknown or expired",
		)
	}
	if r.Header.Get("ConsistencyLevel") != "eventual" || r.URL.Query().Get("$count") != "true" {
		return refuseOAuth(
			http.StatusBadRequest, "Request_UnsupportedQuery",
			"choosing groups needs ConsistencyLevel: eventual and $count=true",
		)
	}
	return nil
}

// graphGroups serves one page of groups.
func (p *IdP) graphGroups(w http.ResponseWriter, r *http.Request) error {
	if err := p.graphAllowed(r); err != nil {
		return err
	}
	names, found := p.groupsOf(r.PathValue("oid"))
	if !found {
		return refuseOAuth(
			http.StatusNotFound, "Request_ResourceNotFound", "there is no one with this object ID",
		)
	}
	return p.graphList(w, r, len(names), func(from, to int) any { return p.graphPage(names[from:to]) })
}

// graphFind serves the group whose display name a filter names.
func (p *IdP) graphFind(w http.ResponseWriter, r *http.Request) error {
	if err := p.graphAllowed(r); err != nil {
		return err
	}
	name, ok := strings.CutPrefix(r.URL.Query().Get("$filter"), "displayName eq '")
	if !ok || !strings.HasSuffix(name, "'") {
		return refuseOAuth(
			http.StatusBadRequest, "Request_UnsupportedQuery", "only displayName eq '…' is supported",
		)
	}
	name = strings.ReplaceAll(strings.TrimSuffix(name, "'"), "''", "'")
	var found []string
	for _, person := range p.People() {
		for _, g := range person.Groups {
			if strings.EqualFold(g, name) && !slices.Contains(found, g) {
				found = append(found, g)
			}
		}
	}
	return p.graphList(w, r, len(found), func(from, to int) any { return p.graphPage(found[from:to]) })
}

// graphMembers serves one page of the members of a group.
func (p *IdP) graphMembers(w http.ResponseWriter, r *http.Request) error {
	if err := p.graphAllowed(r); err != nil {
		return err
	}
	members := []map[string]any{}
	for _, person := range p.People() {
		if slices.ContainsFunc(person.Groups, func(g string) bool {
			return strings.EqualFold(p.ObjectID("group "+g), r.PathValue("id"))
		}) {
			members = append(members, map[string]any{
				"userPrincipalName": person.Login,
				"accountEnabled":    true,
			})
		}
	}
	if len(members) == 0 {
		return refuseOAuth(
			http.StatusNotFound, "Request_ResourceNotFound", "there is no group with this object ID",
		)
	}
	return p.graphList(w, r, len(members), func(from, to int) any { return members[from:to] })
}

// graphList serves one page of a list of all objects.
func (p *IdP) graphList(w http.ResponseWriter, r *http.Request, all int, page func(from, to int) any) error {
	q := r.URL.Query()
	size, err := number(q, "$top", mostOnPage)
	if err != nil {
		return err
	}
	from, err := number(q, "$skiptoken", 0)
	if err != nil {
		return err
	}
	from = min(from, all)
	to := min(from+max(1, min(size, mostOnPage)), all)
	answer := map[string]any{
		"@odata.count": all,
		"value":        page(from, to),
	}
	if to < all {
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
