package login_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// attributes chooses the attributes of a company.
func (w *world) attributes(c *company, all ...sso.Attribute) {
	w.Helper()
	_, err := w.db.UpdateAttributes(w.Context(), by, c.ID, func(a sso.Attributes) (sso.Attributes, error) {
		a.List = all
		return a, nil
	})
	w.ok(err)
}

// attributesOf returns the attributes of a user, as "name=value".
func (w *world) attributesOf(c *company, user sso.UserID) string {
	w.Helper()
	all, err := w.db.UserAttributes(w.Context(), c.ID, user)
	w.ok(err)
	var texts []string
	for _, a := range all {
		texts = append(texts, a.Name+"="+a.Text())
	}
	return strings.Join(texts, " ")
}

func attributesOfSuite() []sso.Attribute {
	return []sso.Attribute{
		{
			Name:  "surname",
			Label: "Surname",
			Type:  sso.AttributeText,
		},
		{
			Name:  "teams",
			Label: "Teams",
			Type:  sso.AttributeList,
		},
		{
			Name:  "badge",
			Label: "Badge number",
			Type:  sso.AttributeNumber,
		},
	}
}

// TestAttributesFollowSignIns: over both protocols a sign-in changes what was sent, an
// empty list takes the value away, and a
// value of another type is a warning in its attempt that changes nothing.
func TestAttributesFollowSignIns(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.attributes(c, attributesOfSuite()...)
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Attributes = map[string][]string{
					"surname": {"not sent", demoidp.ClaimLastName, "family_name"},
					"teams":   {"groups"},
					"badge":   {"badge", "login", "preferred_username"},
					"unknown": {"login"},
				}
			})
			w.person(c, "42", "Lovelace", "dev", "all")
			r := w.enters(c, "id-ada")
			w.is(c.Key, "badge=42 surname=Lovelace teams=all, dev", w.attributesOf(c, r.User.ID))
			w.is(c.Key, 3, len(w.principal(r).Attributes.List()))
			w.is(c.Key, "", w.warned(c, w.attemptOf(c, r)))

			w.person(c, "ada", "Byron")
			r = w.enters(c, "id-ada")
			w.is(c.Key, "badge=42 surname=Byron", w.attributesOf(c, r.User.ID))
			if got := w.warned(c, w.attemptOf(c, r)); !strings.Contains(got, `"ada" from `) ||
				!strings.Contains(got, ": no number such as 17 or -2.5; what is known stays") {
				w.Errorf("%s: the attempt warns %q", c.Key, got)
			}
		}
	})
}

// is asserts that two values are the same.
func (w *world) is(key string, want, got any) {
	w.Helper()
	if want != got {
		w.Errorf("%s: %q, want %q", key, got, want)
	}
}

// person makes the identity provider say something else about ada.
func (w *world) person(c *company, login, surname string, groups ...string) {
	w.Helper()
	c.idp.AddPerson(demoidp.Person{
		ID:        "id-ada",
		Login:     login,
		Email:     "ada@" + c.Key + ".example",
		GivenName: "Ada",
		Surname:   surname,
		Groups:    groups,
	})
}

// warned returns the warnings about attributes among the checks of an attempt.
func (w *world) warned(c *company, a sso.Attempt) string {
	w.Helper()
	attributes := slices.DeleteFunc(slices.Clone(a.Checks), func(c sso.Check) bool { return c.Name != "attribute" })
	w.is(c.Key+" checks", 3, len(attributes))
	var all []string
	for _, c := range attributes {
		if c.Warning {
			all = append(all, c.Got)
		}
	}
	return strings.Join(all, " ")
}
