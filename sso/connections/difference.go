package connections

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
)

// Difference is a field that differs between two versions of a configuration.
type Difference struct {
	Field         string // as in the REST API: "saml.sso_url"
	Before, After string // "" where there is nothing
	Secret        bool   // the values are not shown
	// Gone and New are the entries that a list lost and got, in place of Before
	// and After.
	Gone, New []string
}

// value is a field in the form that is compared.
type value struct {
	field  string
	text   string
	list   []string // in place of text
	secret bool
}

// Differences lists the fields that differ, in the order of a configuration. nil
// is an empty configuration.
func Differences(before, after *sso.Config) []Difference {
	was, is := values(before), values(after)
	var all []Difference
	for _, field := range fieldsOf(was, is) {
		a, b := of(was, field), of(is, field)
		if a.text == b.text && slices.Equal(a.list, b.list) {
			continue
		}
		d := Difference{
			Field:  field,
			Before: a.text,
			After:  b.text,
			Secret: a.secret || b.secret,
		}
		switch {
		case d.Secret:
			d.Before, d.After = "", ""
		case a.list != nil || b.list != nil:
			if d.Gone, d.New = without(a.list, b.list), without(b.list, a.list); len(d.Gone)+len(d.New) == 0 {
				d.Before = strings.Join(a.list, ", ")
				d.After = strings.Join(b.list, ", ") // in another order
			}
		}
		all = append(all, d)
	}
	return all
}

// fieldsOf returns the fields of both, in order: one of the two has all fields of
// its protocol.
func fieldsOf(was, is []value) []string {
	var names []string
	for _, v := range slices.Concat(is, was) {
		if !slices.Contains(names, v.field) {
			names = append(names, v.field)
		}
	}
	return names
}

func of(all []value, field string) value {
	for _, v := range all {
		if v.field == field {
			return v
		}
	}
	return value{}
}

func without(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool {
		return slices.Contains(others, s)
	})
}

func values(cfg *sso.Config) []value {
	if cfg == nil {
		return nil
	}
	return slices.Concat(
		samlValues(cfg.SAML), oidcValues(cfg.OIDC), mappingValues(cfg.Mapping),
		ruleValues(cfg), directoryValues(cfg.Directory),
	)
}

func mappingValues(m sso.Mapping) []value {
	r := sso.Rewrite{}
	if m.GroupsRewrite != nil {
		r = *m.GroupsRewrite
	}
	all := []value{
		{field: "mapping.subject", text: m.Subject},
		{field: "mapping.login", list: copied(m.Login)},
		{field: "mapping.email", list: copied(m.Email)},
		{field: "mapping.email_verified", list: copied(m.EmailVerified)},
		{field: "mapping.name", list: copied(m.Name)},
		{field: "mapping.groups", list: copied(m.Groups)},
		{field: "mapping.delimiter", text: m.Delimiter},
		{field: "mapping.groups_rewrite.preset", text: r.Preset},
		{field: "mapping.groups_rewrite.pattern", text: r.Pattern},
		{field: "mapping.groups_rewrite.replace", text: r.Replace},
		{field: "mapping.include", text: m.Include},
		{field: "mapping.exclude", text: m.Exclude},
		{field: "mapping.group_limit", text: number(m.GroupLimit)},
	}
	for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
		all = append(all, value{field: "mapping.attributes." + name, list: copied(m.Attributes[name])})
	}
	return all
}

// ruleValues returns the fields that decide who may sign in and which memberships
// change.
func ruleValues(cfg *sso.Config) []value {
	v := cfg.EmailVerification
	return []value{
		{field: "group_sync.mode", text: string(cfg.GroupSync.Mode)},
		{field: "group_sync.on_absent", text: string(cfg.GroupSync.OnAbsent)},
		{field: "group_sync.on_overage", text: string(cfg.GroupSync.OnOverage)},
		{field: "default_groups", list: groupIDs(cfg.DefaultGroups)},
		{field: "brake.off", text: yesNo(cfg.Brake.Off)},
		{field: "brake.share", text: number(cfg.Brake.Share)},
		{field: "brake.people", text: number(cfg.Brake.People)},
		{field: "brake.window", text: number(int(cfg.Brake.Window))},
		{field: "provisioning", text: string(cfg.Provisioning)},
		{field: "unprovisioned", text: string(cfg.Unprovisioned.Effective())},
		{field: "scim.groups", text: yesNo(!cfg.SCIM.GroupsOff)},
		{field: "scim.create_groups.organizations", list: organizationIDs(cfg.SCIM.CreateGroups.Organizations)},
		{field: "scim.create_groups.filter", text: cfg.SCIM.CreateGroups.Filter},
		{field: "scim.create_groups.cap", text: number(cfg.SCIM.CreateGroups.Cap)},
		{field: "scim.pilot.groups", list: copied(cfg.SCIM.Pilot.Groups)},
		{field: "scim.pilot.users", list: copied(cfg.SCIM.Pilot.Users)},
		{field: "scim.match_email", text: yesNo(cfg.SCIM.MatchEmail)},
		{field: "email_verification.mode", text: v.Mode},
		{field: "email_verification.expression", text: v.Expression},
		{field: "email_verification.trust_idp", text: yesNo(v.TrustIDP)},
		{field: "email_optional", text: yesNo(cfg.EmailOptional)},
		{field: "allow_sign_in", text: cfg.AllowSignIn},
	}
}

func directoryValues(directory *sso.Directory) []value {
	d := sso.Directory{}
	if directory != nil {
		d = *directory
	}
	return []value{
		{field: "directory.tenant", text: d.Tenant},
		{field: "directory.client_id", text: d.ClientID},
		{field: "directory.client_secret", text: d.ClientSecret.Reveal(), secret: true},
		{field: "directory.by_id", text: yesNo(d.ByID)},
	}
}

func samlValues(c *sso.SAMLConfig) []value {
	if c == nil {
		return nil
	}
	slo := ""
	if c.SLO != nil {
		slo = c.SLO.URL
	}
	return []value{
		{field: "saml.metadata_url", text: c.MetadataURL},
		{field: "saml.idp_entity_id", text: c.IDPEntityID},
		{field: "saml.sso_url", text: c.SSO.URL},
		{field: "saml.sso_binding", text: c.SSO.Binding},
		{field: "saml.slo_url", text: slo},
		{field: "saml.certificates", list: fingerprintsOf(c.Certificates)},
		{field: "saml.sign_requests", text: yesNo(c.SignRequests)},
		{field: "saml.allow_idp_initiated", text: string(c.IDPInitiated)},
		{field: "saml.name_id_format", text: c.NameIDFormat},
		{field: "saml.force_authn", text: yesNo(c.ForceAuthn)},
		{field: "saml.allow_sha1", text: yesNo(c.AllowSHA1)},
		{field: "saml.clock_skew_seconds", text: number(int(c.ClockSkew))},
		{field: "saml.pending_certificates", list: fingerprintsOf(c.Pending)},
		{field: "saml.confirm_new_keys", text: yesNo(c.ConfirmNewKeys)},
	}
}

func fingerprintsOf(all []sso.Certificate) []string {
	names := make([]string, 0, len(all))
	for _, c := range all {
		names = append(names, c.Fingerprint())
	}
	return names
}

func oidcValues(c *sso.OIDCConfig) []value {
	if c == nil {
		return nil
	}
	return []value{
		{field: "oidc.issuer", text: c.Issuer},
		{field: "oidc.discovery_url", text: c.DiscoveryURL},
		{field: "oidc.client_id", text: c.ClientID},
		{field: "oidc.client_secret", text: c.ClientSecret.Reveal(), secret: true},
		{field: "oidc.token_endpoint_auth_method", text: string(c.AuthMethod)},
		{field: "oidc.scopes", list: copied(c.Scopes)},
		{field: "oidc.prompt", text: c.Prompt},
		{field: "oidc.confirm_new_keys", text: yesNo(c.ConfirmNewKeys)},
		{field: "oidc.keys", list: copied(c.Keys)},
		{field: "oidc.pending_keys", list: copied(c.PendingKeys)},
	}
}

func groupIDs(all []sso.GroupID) []string {
	ids := make([]string, 0, len(all))
	for _, id := range all {
		ids = append(ids, string(id))
	}
	return ids
}

func organizationIDs(all []sso.OrganizationID) []string {
	ids := make([]string, 0, len(all))
	for _, id := range all {
		ids = append(ids, string(id))
	}
	return ids
}

// copied returns a list that is not nil, so that an empty list differs from text.
func copied(all []string) []string { return append([]string{}, all...) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
