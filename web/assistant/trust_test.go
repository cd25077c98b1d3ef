package assistant_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"
	"time"

	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// TestHolderOfALinkWaits: the assistant says, before and after, that a change of
// whom the company trusts waits for an admin.
func TestHolderOfALinkWaits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Custom, sso.SAML)
	pair, err := saml.NewKeyPair("idp", time.Now())
	f.ok(err)
	certificate := base64.StdEncoding.EncodeToString(pair.Certificate)
	_, _, err = f.service.Edit(
		t.Context(), "adm-olive", f.ent.ID, c.ID,
		connections.Edit{SAML: &connections.SAMLEdit{
			IDPEntityID:  new("https://idp.test"),
			SSOURL:       new("https://idp.test/sso"),
			Certificates: []string{certificate},
		}},
	)
	f.ok(err)
	_, err = f.service.Enable(t.Context(), "adm-olive", f.ent.ID, c.ID, 0)
	f.ok(err)
	f.who["link"] = &sso.Visitor{
		Role:       sso.RoleSetupLink,
		Actor:      "link-grace",
		Link:       "link-grace",
		Intents:    sso.DefaultIntents(),
		Enterprise: f.ent.ID,
		Connection: c.ID,
	}
	f.leads(f.post("link", at+"/configure", url.Values{
		"revision":           f.revision(c),
		"how":                {"manual"},
		"saml.idp_entity_id": {"https://evil.test"},
		"saml.sso_url":       {"https://evil.test/sso"},
	}), at+"/configure?done=saved")
	w := f.send("link", "GET", at+"/enable", "", http.NoBody)
	f.says(
		w, 200, "This changes whom the company trusts",
		"Enabling it asks for approval",
	)
	w = f.post("link", at+"/enable", url.Values{
		"revision": f.revision(c),
		"confirm":  {"Employees"},
	})
	f.says(w, 422, "waits for approval", "Nothing changes until then.")
	now := f.load(c.ID)
	if now.Live.SAML.IDPEntityID != "https://idp.test" ||
		!now.Trust.Draft.Waits() ||
		now.Trust.Draft.AskedBy != "link-grace" {
		t.Errorf("%s is live, %+v", now.Live.SAML.IDPEntityID, now.Trust.Draft)
	}
	f.says(
		f.send("operator", "GET", at+"/enable", "", http.NoBody), 200,
		"You are an operator: enabling it approves it.",
	)
}
