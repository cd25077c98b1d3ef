package provisioning

import (
	"database/sql"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/demo/demoscim"
)

// fault is what can be wrong with provisioning, and what the console says about it.
type fault struct {
	name  string
	plant func(p *plantation)
	cause string // on the overview, as the three below
	side  string
	do    string
	page  string // on the page that the overview leads to: what to press, or the exact place
	log   string // in the log of provisioning; "" for what is no request
}

// The sides, as the overview names them.
const (
	theirs = "Your IT admin, at the identity provider: "
	ours   = "An admin, here in the console: "
)

const entraCredentials = "Entra admin center › Enterprise applications › the application › Provisioning › Admin Credentials"

// plantation is a company with a group "Staff" and a connection to Entra ID that
// provisions.
type plantation struct {
	*testing.T
	*company
	idp    *demoidp.IdP
	ada    demoidp.Person
	truth  *demoscim.Directory
	pusher *demoscim.Pusher
}

func faults() []fault {
	return append(unreachedFaults(), append(namingFaults(), trafficFaults()...)...)
}

func unreachedFaults() []fault {
	return []fault{
		{
			name: "wrong token",
			plant: func(p *plantation) {
				p.provision()
				p.pusher.Client.Token += "x"
				p.refused()
			},
			cause: "sends requests without a valid token",
			side:  theirs,
			do:    entraCredentials,
			page:  "Create a token, and enter it",
		},
		{
			name:  "unreachable",
			plant: func(p *plantation) { p.provision() },
			cause: "has never reached",
			side:  theirs,
			do:    entraCredentials,
			page:  "this address has to be open to the internet",
		},
		{
			name: "endpoint in place of the address",
			plant: func(p *plantation) {
				p.provision()
				p.pusher.Client.Base += "/Users"
				p.refused()
			},
			cause: "/Users/Groups, most recently on",
			side:  theirs,
			do:    "with nothing behind it. Where: " + entraCredentials,
			page:  "letter by letter",
		},
		{
			name: "address without its beginning",
			plant: func(p *plantation) {
				p.provision()
				p.pusher.Client.Base = strings.Replace(p.pusher.Client.Base, "/scim/v2", "", 1)
				p.refused()
			},
			cause: "calls a wrong address, GET",
			side:  theirs,
			do:    entraCredentials,
			page:  "letter by letter",
		},
		{
			name: "users-only scopes",
			plant: func(p *plantation) {
				p.provision()
				p.pusher.Client.Token = p.newToken("users", "users:write").Token
				p.refused()
			},
			cause: "The token lacks the scope that the request needs.",
			side:  ours,
			do:    "Add the scope scim to the token, which keeps its secret; then restart provisioning",
			page:  `Add scope scim to "users"`,
			log:   "Staff",
		},
		{
			name: "groups off",
			plant: func(p *plantation) {
				p.api.Do(http.MethodPatch, p.path, harness.Object{"scim": harness.Object{"groups": false}}, nil)
				p.provision()
				p.refused()
			},
			cause: "The connection does not provision groups.",
			side:  ours,
			do:    "Switch group provisioning on in the settings of the connection",
			page:  "/settings",
			log:   "Staff",
		},
	}
}

func namingFaults() []fault {
	return []fault{
		{
			name: "userName is not the login",
			plant: func(p *plantation) {
				p.signIn()
				p.provision()
				p.edit(func(u *demoscim.User) { u.UserName = "lovelace@acme.example" })
				p.cycle()
			},
			cause: "A person signs in as ada@acme.example, and is pushed as lovelace@acme.example",
			side:  theirs,
			do:    "Provisioning › Mappings",
			page:  "lovelace@acme.example",
			log:   "lovelace@acme.example",
		},
		{
			name: "duplicate login",
			plant: func(p *plantation) {
				p.provision()
				p.cycle()
				p.another()
				p.provision()
				p.refused()
			},
			cause: "A person claims a login that another active person has.",
			side:  ours,
			do:    "Look at both records and decide",
			page:  "ada@acme.example",
			log:   "ada@acme.example",
		},
		{
			name: "group name in another case",
			plant: func(p *plantation) {
				p.provision()
				p.cycle()
				p.rename("staff")
				p.cycle()
			},
			cause: "pushes “staff”, and the group here is “Staff”: upper and lower case differ",
			side:  ours,
			do:    "Add “staff” to the IdP names of “Staff”",
			page:  "IdP names",
			log:   "staff",
		},
		{
			name: "renamed group",
			plant: func(p *plantation) {
				p.provision()
				p.cycle()
				p.rename("Employees")
				p.cycle()
			},
			cause: "renamed the group from “Staff” to “Employees” on",
			side:  ours,
			do:    "Add “Employees” to the IdP names",
			page:  "IdP names",
			log:   "Employees",
		},
		{
			name: "deleted group",
			plant: func(p *plantation) {
				p.provision()
				p.cycle()
				delete(p.truth.Groups, "g-1")
				p.cycle()
			},
			cause: "the identity provider deleted the group on",
			side:  theirs,
			do:    "assign the group to the application again",
			page:  "Delete this group",
			log:   "Staff",
		},
	}
}

func trafficFaults() []fault {
	return []fault{
		{
			name: "member before user",
			plant: func(p *plantation) {
				p.provision()
				p.cycle()
				p.patchGroup("ext-of-nobody")
			},
			cause: "1 of 2 people who should be in Staff are missing",
			side:  theirs,
			do:    "Otherwise assign them to the application",
			page:  "ext-of-nobody",
			log:   "Staff",
		},
		{
			name: "rate exceeded",
			plant: func(p *plantation) {
				p.provision()
				p.cycle()
				for range 60 {
					_ = p.pusher.Client.Do(p.Context(), http.MethodGet, "/Users?count=1", nil, nil)
				}
			},
			cause: "sends more requests in a minute than a connection may",
			side:  ours,
			do:    "raise rate_limits.scim_per_connection",
			page:  "Refused requests in the log",
			log:   "429",
		},
		{
			name: "silent for three cycles",
			plant: func(p *plantation) {
				p.provision()
				for range 4 {
					p.edit(func(u *demoscim.User) { u.DisplayName += "x" })
					p.cycle()
					p.age(41 * time.Minute)
				}
				p.age(130 * time.Minute)
			},
			cause: "has provisioned nothing through",
			side:  theirs,
			do:    "press Restart provisioning",
			page:  "Last request",
		},
	}
}

// TestPlantedFaultsAreFound plants faults of provisioning by what an identity provider
// sends. The overview tells the cause, whose side it is and what to do, and leads to
// the page where that is done; the log has the request.
func TestPlantedFaultsAreFound(t *testing.T) {
	harness.Long(t)
	g := harness.Start(t, harness.Options{
		Env: []string{"GATEHOUSE_RATE_LIMITS_SCIM_PER_CONNECTION=50"},
	})
	api := g.API()
	operator := harness.Operator(t, g)
	for i, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			p := newPlantation(t, g, api.For(t), fmt.Sprintf("acme-%d", i))
			f.plant(p)
			p.finds(operator, f)
		})
	}
}

func newPlantation(t *testing.T, g *harness.Gateway, api *harness.API, key string) *plantation {
	t.Helper()
	p := &plantation{
		T:   t,
		ada: harness.Ada(),
	}
	p.ada.Groups = []string{"Staff"}
	p.idp = harness.NewIdP(t, p.ada)
	p.company = newCompany(t, g, api, key, p.idp, "Staff")
	p.entra()
	return p
}

// entra makes the connection one to Entra ID, with a token and a directory of one user
// in one group.
func (p *plantation) entra() {
	p.Helper()
	p.api.Do(http.MethodPatch, p.path, harness.Object{"provider": "entra"}, nil)
	p.truth = demoscim.NewDirectory()
	p.truth.Users["u-1"] = demoscim.User{
		Key:         "u-1",
		UserName:    p.ada.Login,
		DisplayName: p.ada.Name(),
		Email:       p.ada.Email,
		Active:      true,
	}
	p.truth.Groups["g-1"] = demoscim.Group{
		Key:     "g-1",
		Name:    "Staff",
		Members: map[string]bool{"u-1": true},
	}
	p.pusher = demoscim.NewPusher(p.client(demoscim.EntraOff, p.newToken("entra-1").Token, http.DefaultTransport))
}

// another makes a second connection, which pushes the same directory.
func (p *plantation) another() {
	p.Helper()
	p.connection = p.Company.ConnectSAML(harness.NewIdP(p))
	p.path = "/enterprises/" + p.ID + "/connections/" + p.connection.ID
	p.entra()
}

func (p *plantation) signIn() {
	p.Helper()
	if a := p.gateway.Visitor().SignIn(p.idp, p.Key, p.ada.ID); a.Status != http.StatusSeeOther {
		p.Fatalf("Ada cannot sign in: %v", a)
	}
}

// cycle pushes what differs, without a failure.
func (p *plantation) cycle() {
	p.Helper()
	if r := p.pusher.Cycle(p.Context(), p.truth); len(r.Failures) > 0 {
		p.Fatalf("%+v", r.Failures)
	}
}

// refused pushes, and something is refused.
func (p *plantation) refused() {
	p.Helper()
	if r := p.pusher.Cycle(p.Context(), p.truth); len(r.Failures) == 0 {
		p.Fatal("nothing is refused")
	}
}

func (p *plantation) edit(change func(*demoscim.User)) {
	u := p.truth.Users["u-1"]
	change(&u)
	p.truth.Users["u-1"] = u
}

func (p *plantation) rename(name string) {
	g := p.truth.Groups["g-1"]
	g.Name = name
	p.truth.Groups["g-1"] = g
}

// patchGroup adds a member by an ID that no user has.
func (p *plantation) patchGroup(member string) {
	p.Helper()
	var list struct {
		Resources []struct{ ID string }
	}
	client := p.pusher.Client
	if err := client.Do(p.Context(), http.MethodGet, "/Groups", nil, &list); err != nil || len(list.Resources) != 1 {
		p.Fatalf("%d groups: %v", len(list.Resources), err)
	}
	err := client.Do(p.Context(), http.MethodPatch, "/Groups/"+list.Resources[0].ID, harness.Object{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []harness.Object{{
			"op":    "Add",
			"path":  "members",
			"value": []harness.Object{{"value": member}},
		}},
	}, nil)
	if err != nil {
		p.Fatal(err)
	}
}

// age makes what the identity provider did a time older.
func (p *plantation) age(by time.Duration) {
	p.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(p.gateway.DSN, "sqlite:")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		p.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // a connection of a test
	for _, statement := range []string{
		"update provisioning_visits set at = at - ? where connection_id = ?",
		"update provisioning_tokens set last_used_at = last_used_at - ? where connection_id = ? and last_used_at > 0",
	} {
		if _, err := db.ExecContext(p.Context(), statement, by.Microseconds(), p.connection.ID); err != nil {
			p.Fatal(err)
		}
	}
}

var todo = regexp.MustCompile(`<li[^>]*>(?:<svg.*?</svg>)?<span>([^<]*)</span><a href="([^"]*)">`)

// finds reads the overview until it tells of the fault, and the page that it leads to.
func (p *plantation) finds(admin *harness.Visitor, f fault) {
	p.Helper()
	home := "/admin/enterprises/" + p.Key
	var overview, text, next string
	found := harness.Soon(15*time.Second, func() bool {
		overview = admin.Get(home).Body
		for _, m := range todo.FindAllStringSubmatch(overview, -1) {
			if said := html.UnescapeString(m[1]); strings.Contains(said, f.cause) {
				text, next = said, html.UnescapeString(m[2])
				return true
			}
		}
		return false
	})
	if !found {
		p.Fatalf("the overview does not say %q:\n%s", f.cause, plain(overview))
	}
	for what, part := range map[string]string{
		"side": f.side,
		"do":   f.do,
	} {
		if !strings.Contains(text, part) {
			p.Errorf("%s: %q does not say %q", what, text, part)
		}
	}
	if strings.Contains(overview, ">healthy<") {
		p.Error("the overview is said to be healthy")
	}
	if page := admin.Get(next); page.Status != http.StatusOK || !strings.Contains(html.UnescapeString(page.Body), f.page) {
		p.Errorf("%s (%d) does not say %q:\n%s", next, page.Status, f.page, plain(page.Body))
	}
	p.logs(admin, f)
}

// logs asserts that the log has the request.
func (p *plantation) logs(admin *harness.Visitor, f fault) {
	p.Helper()
	var log harness.Answer
	if !harness.Soon(5*time.Second, func() bool { // it is written a little later
		log = admin.Get("/admin/enterprises/" + p.Key + "/activity/provisioning?connection=" + p.connection.ID)
		return strings.Contains(html.UnescapeString(log.Body), f.log)
	}) {
		p.Errorf("the log (%d) does not have %q:\n%s", log.Status, f.log, plain(log.Body))
	}
}

var tags = regexp.MustCompile(`(?s)<(?:head|nav|svg)\b.*?</(?:head|nav|svg)>|<[^>]*>`)

// plain returns the text of a page, for the log of a failure.
func plain(page string) string {
	return html.UnescapeString(strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " "))
}
