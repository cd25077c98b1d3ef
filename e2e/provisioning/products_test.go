package provisioning

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// product is an identity provider's product, and the dialect in which the development
// identity provider speaks as it.
type product struct {
	provider sso.Provider
	dialect  string
}

func products() []product {
	return []product{
		{sso.Okta, "okta-custom"},
		{sso.Entra, "entra-off"},
		{sso.JumpCloud, "jumpcloud"},
		{sso.OneLogin, "onelogin"},
		{sso.Custom, "entra-on"},
	}
}

// TestProducts provisions through the assistant of each product, from the pages of the
// development identity provider, in a browser. A group goes from drift to equal. Then
// a person who is signed in at a site behind nginx is deactivated at the identity
// provider, the next request there is refused, and the console says what ended.
func TestProducts(t *testing.T) {
	harness.Long(t)
	g := harness.Start(t, harness.Options{})
	api := g.API()
	site := behindNginx(t, api, []*harness.Gateway{g})[0]
	b := harness.NewBrowser(t)
	b.Operator(g)
	for _, p := range products() {
		t.Run(string(p.provider), func(t *testing.T) {
			people := harness.People(4)
			for i := range people {
				people[i].Groups = []string{"staff"}
			}
			idp := harness.NewIdP(t, people...)
			o := &onboarding{
				Browser: b,
				company: newCompany(t, g, api.For(t), string(p.provider), idp, "staff"),
				product: p,
				idp:     idp,
				site:    site,
			}
			o.run(t, people)
		})
	}
}

// onboarding is one company that is provisioned by its product.
type onboarding struct {
	*harness.Browser
	company *company
	product product
	idp     *demoidp.IdP
	site    string
}

func (o *onboarding) run(t *testing.T, people []demoidp.Person) {
	c := o.company
	c.api.Do(http.MethodPatch, c.path, harness.Object{"provider": string(o.product.provider)}, nil)
	at := c.gateway.URL + "/admin/enterprises/" + c.Key + "/connections/" + c.connection.ID
	member := c.gateway.Visitor()
	if a := member.SignIn(o.idp, c.Key, people[0].ID); a.Status != http.StatusSeeOther {
		t.Fatalf("the member cannot sign in: %v", a)
	}
	o.connect(at)
	o.push("is provisioned")
	o.enable(at)
	o.Open(at + "/provisioning/drift")
	for begun := time.Now(); !strings.Contains(o.Text(), "4 expected, 4 actual"); o.Open(at + "/provisioning/drift") {
		if time.Since(begun) > time.Minute {
			t.Fatalf("the group is never equal:\n%s", o.Text())
		}
	}
	o.Says("equal")
	cookie := member.Cookies()["gatehouse"]
	if got := visit(t, o.site, cookie); got != http.StatusOK {
		t.Fatalf("the site answers the member with %d", got)
	}
	o.deactivate(people[0])
	if got := visit(t, o.site, cookie); got == http.StatusOK {
		t.Error("the site lets in who was deactivated")
	}
	confirmed(t, c, people[0].Login, 1)
	for _, u := range harness.List[struct{ ID, Login string }](c.api, "/enterprises/"+c.ID+"/users") {
		if u.Login == people[0].Login {
			o.Open(c.gateway.URL + "/admin/enterprises/" + c.Key + "/people/" + u.ID)
			o.Says("Access ended by the identity provider")
			o.Says("1 session")
		}
	}
}

// next is the button that goes on in the assistant.
const next = ".actions a.button:not(.quiet)"

// connect follows the assistant, and enters at the identity provider what it shows.
func (o *onboarding) connect(at string) {
	o.Open(at + "/setup/scim/connect")
	base := o.One(`code[id^="h-do-"]`)
	o.Submit(`form[action$="/scim/token"] button`)
	token := o.One("#token")
	o.Open(at + "/provisioning/drift?group=staff")
	o.Retype("#expect-people", "4")
	o.Submit(`form[action$="/expect"] button`)
	o.Says("4 expected, 1 actual")
	o.Says("differs")
	o.Open(o.idp.Issuer() + "/provisioning")
	o.Fill("#target", base)
	o.Fill("#token", token)
	o.Retype("#dialect", o.product.dialect)
	o.Submit(`form[action$="/provisioning"] button`)
	o.Says("Saved.")
}

// push runs a cycle at the identity provider, and waits until it has ended.
func (o *onboarding) push(ends string) {
	o.Open(o.idp.Issuer() + "/provisioning")
	o.Submit(`form[action$="/run"] button[data-primary]`)
	o.Says(ends)
}

// enable takes the last steps of the assistant.
func (o *onboarding) enable(at string) {
	o.Open(at + "/setup/scim/test")
	o.Submit(`form[action$="/scim/test"] button`)
	o.Says("The test passed")
	o.Submit(next)
	o.Submit(`form[action$="/scim/enable"] button`)
	o.Says("Provisioning is enabled")
}

// deactivate deactivates a person at the identity provider.
func (o *onboarding) deactivate(p demoidp.Person) {
	o.Open(o.idp.Issuer() + "/provisioning?q=" + p.Login)
	o.Submit(`form[action$="/people"]:has(input[value="` + p.ID + `"]) button[value="deactivate"]`)
	o.Says("deactivated")
	o.push("1 changed")
}
