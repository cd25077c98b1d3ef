package sso

import (
	"reflect"
	"testing"
	"time"
)

// Classes of a member of a configuration.
const (
	decides = "whom to trust, or which user a response is of"
	permits = "what the user may do, or whether they come in"
	asks    = "how the identity provider is asked"
	keeps   = "bookkeeping"
)

// classes says of every member of a configuration what it decides. A new member
// has to be classified here; until then it counts as one that decides.
func classes() map[string]string {
	return map[string]string{
		"Version": keeps,

		"SAML.MetadataURL":         decides,
		"SAML.IDPEntityID":         decides,
		"SAML.SSO.URL":             decides,
		"SAML.SSO.Binding":         decides,
		"SAML.SLO.URL":             decides,
		"SAML.SLO.Binding":         decides,
		"SAML.Certificates.Raw":    decides,
		"SAML.Certificates.Source": decides,
		"SAML.IDPInitiated":        decides,
		"SAML.NameIDFormat":        decides,
		"SAML.AllowSHA1":           decides,
		"SAML.ConfirmNewKeys":      decides,
		"SAML.Pending.Raw":         decides,
		"SAML.Pending.Source":      decides,
		"SAML.SignRequests":        asks,
		"SAML.ForceAuthn":          asks,
		"SAML.ClockSkew":           asks,
		"SAML.ReplacedAt":          keeps,

		"OIDC.Issuer":         decides,
		"OIDC.DiscoveryURL":   decides,
		"OIDC.ClientID":       decides,
		"OIDC.ClientSecret":   decides,
		"OIDC.AuthMethod":     decides,
		"OIDC.Scopes":         asks,
		"OIDC.Prompt":         asks,
		"OIDC.ConfirmNewKeys": decides,
		"OIDC.Keys":           keeps,
		"OIDC.PendingKeys":    keeps,
		"OIDC.ReplacedAt":     keeps, // noted of what the issuer publishes

		"Mapping.Subject":               decides,
		"Mapping.Login":                 decides,
		"Mapping.Email":                 decides,
		"Mapping.EmailVerified":         decides,
		"Mapping.Name":                  keeps,
		"Mapping.Groups":                permits,
		"Mapping.Delimiter":             permits,
		"Mapping.GroupsRewrite.Pattern": permits,
		"Mapping.GroupsRewrite.Replace": permits,
		"Mapping.GroupsRewrite.Preset":  permits,
		"Mapping.Include":               permits,
		"Mapping.Exclude":               permits,
		"Mapping.GroupLimit":            permits,
		"Mapping.Attributes":            permits,

		"GroupSync.Mode":                  permits,
		"GroupSync.OnAbsent":              permits,
		"GroupSync.OnOverage":             permits,
		"GroupSync.Kept":                  keeps,
		"GroupSync.DefaultGroups":         permits,
		"DefaultGroups":                   permits,
		"Brake.Off":                       permits,
		"Brake.Share":                     permits,
		"Brake.People":                    permits,
		"Brake.Window":                    permits,
		"Provisioning":                    permits,
		"Unprovisioned":                   permits,
		"SCIM.GroupsOff":                  permits,
		"SCIM.CreateGroups.Organizations": permits,
		"SCIM.CreateGroups.Filter":        permits,
		"SCIM.CreateGroups.Cap":           permits,
		"SCIM.Pilot.Groups":               permits,
		"SCIM.Pilot.Users":                permits,
		"SCIM.MatchEmail":                 decides,
		"AllowSignIn":                     permits,
		"EmailOptional":                   permits,
		"EmailVerification.Mode":          decides,
		"EmailVerification.Expression":    decides,
		"EmailVerification.TrustIDP":      decides,
		"Directory.Tenant":                permits,
		"Directory.ClientID":              permits,
		"Directory.ClientSecret":          permits,
		"Directory.ByID":                  permits,
	}
}

// TestEveryMemberIsClassified changes each member of a configuration by itself:
// the digest is another one if, and only if, the member decides about trust.
func TestEveryMemberIsClassified(t *testing.T) {
	t.Parallel()
	known := classes()
	seen := map[string]bool{}
	for _, path := range leaves(reflect.TypeFor[Config](), "") {
		seen[path.name] = true
		class, ok := known[path.name]
		if !ok {
			t.Errorf("%s is not classified: does it decide whom to trust, or which user a response is of?", path.name)
			continue
		}
		before, after := full(), full()
		path.change(reflect.ValueOf(after).Elem())
		if reflect.DeepEqual(before, after) {
			t.Fatalf("%s was not changed", path.name)
		}
		if differs := before.TrustDigest() != after.TrustDigest(); differs != (class == decides) {
			t.Errorf("%s decides %s, and another value changes the digest: %v", path.name, class, differs)
		}
	}
	for name := range known {
		if !seen[name] {
			t.Errorf("%s is classified and does not exist", name)
		}
	}
}

// TestEveryMemberOfAConnectionIsKnown: whom a connection trusts is in its
// versions and nowhere else.
func TestEveryMemberOfAConnectionIsKnown(t *testing.T) {
	t.Parallel()
	known := map[string]string{
		"ID":         keeps,
		"Enterprise": keeps,
		"Name":       keeps,
		"Provider":   keeps,
		"Revision":   keeps,
		"CreatedAt":  keeps,
		"Metadata":   keeps,
		"Shadow":     keeps,
		"Protocol":   "fixed once the connection was live",
		"State":      permits,
		"Keys":       "ours, not theirs",
		"Attributes": "of the enterprise; the mapping of a version says where they are",
		"Live":       decides,
		"Draft":      decides,
		"Previous":   decides,
		"Trust":      "what was decided about changes",
	}
	c := reflect.TypeFor[Connection]()
	for i := range c.NumField() {
		if known[c.Field(i).Name] == "" {
			t.Errorf("%s of a connection is not classified", c.Field(i).Name)
		}
	}
}

func TestTrustDigestOfEquals(t *testing.T) {
	t.Parallel()
	if (*Config)(nil).TrustDigest() != "" {
		t.Error("nothing has a digest")
	}
	a, b := full(), full()
	extra := Certificate{Raw: []byte("second"), Source: FromAdmin}
	a.SAML.Certificates = []Certificate{extra, a.SAML.Certificates[0]}
	b.SAML.Certificates = append(b.SAML.Certificates, extra)
	a.Mapping.Email, b.Mapping.Email = nil, []string{}
	if a.TrustDigest() != b.TrustDigest() {
		t.Error("the order of certificates, or an empty list, makes another digest")
	}
	if a.SAML.SignRequests != true || len(a.Mapping.Groups) == 0 {
		t.Error("taking the digest changed the configuration")
	}
}

// leaf is a member that is no structure itself.
type leaf struct {
	name   string
	change func(config reflect.Value)
}

// leaves are the members of a type and of what is in it.
func leaves(t reflect.Type, prefix string) []leaf {
	var all []leaf
	for i := range t.NumField() {
		f := t.Field(i)
		name := prefix + f.Name
		inner := f.Type
		for inner.Kind() == reflect.Pointer ||
			inner.Kind() == reflect.Slice && inner.Elem().Kind() == reflect.Struct {
			inner = inner.Elem()
		}
		if inner.Kind() != reflect.Struct || inner == reflect.TypeFor[time.Time]() {
			all = append(all, leaf{name, func(v reflect.Value) {
				alter(v.Field(i))
			}})
			continue
		}
		for _, below := range leaves(inner, name+".") {
			all = append(all, leaf{below.name, func(v reflect.Value) {
				in := v.Field(i)
				switch in.Kind() {
				case reflect.Pointer:
					in = in.Elem()
				case reflect.Slice:
					in = in.Index(0)
				}
				below.change(in)
			}})
		}
	}
	return all
}

// alter gives a member another value.
func alter(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte("other"))
			return
		}
		v.Set(reflect.Append(v, reflect.ValueOf("other").Convert(v.Type().Elem())))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string][]string{"other": {"claim"}}))
	default:
		v.Set(reflect.ValueOf(v.Interface().(time.Time).Add(time.Hour)))
	}
}

// full is a configuration in which everything is set.
func full() *Config {
	c := &Config{}
	fill(reflect.ValueOf(c).Elem())
	return c
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte("bytes"))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(1)
	}
}
