package connections_test

import (
	"reflect"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/mapping"
)

// TestAttributesOfAMapping: an edit changes the claims of the attributes it names, and
// another provider changes the preset beside them.
func TestAttributesOfAMapping(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, _, err := w.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
		Name:     new("Okta"),
		Provider: new(sso.Okta),
		Mapping: &connections.MappingEdit{
			Attributes: map[string][]string{"badge": {"badge"}, "department": {"dept"}},
		},
	})
	w.ok(err)
	edit := func(attributes map[string][]string) (sso.Connection, error) {
		c, _, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
			Revision: sso.AnyRevision,
			Mapping:  &connections.MappingEdit{Attributes: attributes},
		})
		return c, err
	}
	for _, step := range []struct{ edit, want map[string][]string }{
		{nil, map[string][]string{"badge": {"badge"}, "department": {"dept"}}},
		{map[string][]string{"badge": {"id", "{a}-{b}"}}, map[string][]string{"badge": {"id", "{a}-{b}"}, "department": {"dept"}}},
		{map[string][]string{"badge": {}}, map[string][]string{"department": {"dept"}}},
	} {
		c, err := edit(step.edit)
		w.ok(err)
		if got := c.Draft.Mapping.Attributes; !reflect.DeepEqual(got, step.want) {
			t.Errorf("%v made %v, want %v", step.edit, got, step.want)
		}
	}
	_, err = edit(map[string][]string{"department": {"{"}})
	w.fails(err, sso.Invalid, "invalid_configuration", "mapping.attributes.department[0]")
	c, err = w.Restart(t.Context(), by, w.ent, c.ID, sso.AnyRevision, sso.SAML, sso.Entra)
	w.ok(err)
	want := mapping.Preset(sso.Entra, sso.SAML)
	want.Attributes = map[string][]string{"department": {"dept"}}
	if !reflect.DeepEqual(c.Draft.Mapping, want) {
		t.Errorf("as Entra ID the mapping is %+v", c.Draft.Mapping)
	}
}
