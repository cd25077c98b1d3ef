package connection

import (
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// settled is what the settings show: what is being edited, or else live.
func settled(c sso.Connection) *sso.Config {
	if cfg := edited(c); cfg != nil {
		return cfg
	}
	return &sso.Config{}
}

// sections are the fields of the settings; defaults are the default groups.
func sections(c sso.Connection, defaults []sso.PrincipalGroup) []fieldSection {
	cfg := settled(c)
	all := []fieldSection{{
		ID:      "general",
		Heading: "General",
		Fields: []ui.Field{
			{
				ID:           "name",
				Name:         "name",
				Label:        console.FieldLabel("name"),
				Value:        c.Name,
				Hint:         "People see it where there is a choice. It changes at once.",
				Autocomplete: "off",
			},
		},
	}}
	all = append(all, groupFields(cfg, defaults))
	all = append(all, attributeFields(c.Attributes, cfg.Mapping)...)
	all = append(all, brakeFields(cfg.Brake), provisioningFields(cfg), policyFields(cfg))
	switch {
	case cfg.SAML != nil:
		all = append(all, samlFields(cfg.SAML))
	case cfg.OIDC != nil:
		all = append(all, oidcFields(cfg.OIDC))
	}
	return append(all, directoryFields(cfg))
}

func choice(name, hint, value string) ui.Field {
	return ui.Field{
		ID:      idOf(name),
		Name:    name,
		Label:   console.FieldLabel(name),
		Hint:    hint,
		Kind:    "select",
		Options: chosen(name, value),
	}
}

func box(name, hint string, checked bool) ui.Field {
	return ui.Field{
		ID:       idOf(name),
		Name:     name,
		Label:    console.FieldLabel(name),
		Hint:     hint,
		Kind:     "check",
		Value:    "yes",
		Checked:  checked,
		Optional: true,
	}
}

func line(name, hint, value string) ui.Field {
	return ui.Field{
		ID:           idOf(name),
		Name:         name,
		Label:        console.FieldLabel(name),
		Hint:         hint,
		Value:        value,
		Optional:     true,
		Mono:         true,
		Most:         1024,
		Autocomplete: "off",
	}
}

func number(name, hint string, value int) ui.Field {
	f := line(name, hint, "")
	if value != 0 {
		f.Value = strconv.Itoa(value)
	}
	f.InputMode, f.Mono, f.Most = "numeric", false, 6
	return f
}

func secret(name, hint string) ui.Field {
	f := line(name, hint, "")
	f.Kind, f.Autocomplete = "password", "new-password"
	return f
}

func idOf(name string) string { return strings.NewReplacer(".", "-", "_", "-").Replace(name) }

func groupFields(cfg *sso.Config, defaults []sso.PrincipalGroup) fieldSection {
	m, g, r := cfg.Mapping, cfg.GroupSync, sso.Rewrite{}
	if m.GroupsRewrite != nil {
		r = *m.GroupsRewrite
	}
	return fieldSection{
		ID:      "groups",
		Heading: "Groups",
		Fields: []ui.Field{
			choice("group_sync.mode", "What a sign-in may take away.", string(g.Mode)),
			choice(
				"group_sync.on_absent",
				"Without group data, memberships are kept unless you choose otherwise.",
				string(g.OnAbsent),
			),
			choice("group_sync.on_overage", "Entra ID sends a pointer in place of a long list.", string(g.OnOverage)),
			line("mapping.include", "A regular expression. Empty: all names count.", m.Include),
			line("mapping.exclude", "A regular expression. Empty: none is left out.", m.Exclude),
			line(
				"mapping.delimiter",
				"If the identity provider sends all names as one text: the separator between them.",
				m.Delimiter,
			),
			choice(
				"mapping.groups_rewrite.preset",
				"How each value is converted before it is compared with the groups here. A value that this does not apply to stays unchanged.",
				r.Preset,
			),
			line(
				"mapping.groups_rewrite.pattern",
				"A regular expression with the name in parentheses, such as ^ACME\\\\(.+)$. Only without a choice above.",
				r.Pattern,
			),
			line(
				"mapping.groups_rewrite.replace",
				"What a value becomes in which the expression matches. Empty: $1, the first part in parentheses.",
				r.Replace,
			),
			defaultGroups(defaults),
			number(
				"mapping.group_limit",
				"A list of exactly this many names is treated as incomplete, and removes no one. Empty: lists are always complete.",
				m.GroupLimit,
			),
		},
	}
}

func provisioningFields(cfg *sso.Config) fieldSection {
	create := cfg.SCIM.CreateGroups
	organizations := make([]string, len(create.Organizations))
	for i, id := range create.Organizations {
		organizations[i] = string(id)
	}
	in := line(
		"scim.create_groups.organizations",
		"A group that the identity provider pushes and that no group here has the name of is created in these. "+
			"Their keys, one per line. Empty: none is created.",
		strings.Join(organizations, "\n"),
	)
	in.Kind, in.Lines, in.Most = "area", 2, 4096
	return fieldSection{
		ID:      "provisioning-by",
		Heading: "Provisioning",
		Lead:    "What creates accounts and changes memberships. The settings below the first matter only with SCIM.",
		Fields: []ui.Field{
			choice(
				"provisioning",
				"At sign-in, each sign-in changes the memberships of the person. "+
					"By SCIM, the identity provider pushes people and groups.",
				string(cfg.Provisioning),
			),
			choice(
				"unprovisioned", "When a user signs in that the identity provider has not provisioned.",
				string(cfg.Unprovisioned.Effective()),
			),
			box("scim.groups", "Without this, only people are pushed.", !cfg.SCIM.GroupsOff),
			in,
			line("scim.create_groups.filter", "A regular expression. Empty: every name.", create.Filter),
			number(
				"scim.create_groups.cap",
				"At most this many groups of an organization are created. Empty: 200.", create.Cap,
			),
			names(
				"scim.pilot.groups",
				"As the identity provider pushes them, one per line. With a pilot, only its people follow what is pushed. "+
					"Others sign in as before.",
				cfg.SCIM.Pilot.Groups,
			),
			names("scim.pilot.users", "userName or externalId, one per line.", cfg.SCIM.Pilot.Users),
			box(
				"scim.match_email",
				"A pushed person with another login than here gets the account with the same e-mail address. "+
					"Only addresses of your verified domains count, and never the account of an admin. "+
					"An address that was given to a new person leads to the account of the former one.",
				cfg.SCIM.MatchEmail,
			),
		},
	}
}

// names is a list of names, one per line.
func names(field, hint string, all []string) ui.Field {
	f := line(field, hint, strings.Join(all, "\n"))
	f.Kind, f.Lines, f.Most = "area", 2, 64<<10
	return f
}

func defaultGroups(all []sso.PrincipalGroup) ui.Field {
	refs := make([]string, len(all))
	for i, g := range all {
		refs[i] = g.Ref()
	}
	f := line("default_groups", "Everyone who signs in through this connection joins these, whatever is sent. "+
		"As organization/group, one per line. People leave one that is taken away at their next sign-in.",
		strings.Join(refs, "\n"))
	f.Kind, f.Lines, f.Most = "area", 3, 16<<10
	return f
}

func brakeFields(b sso.Brake) fieldSection {
	return fieldSection{
		ID:      "brake",
		Heading: "Brake",
		Lead:    "Group syncs that look like a mistake are held until an admin decides; people sign in with their old groups.",
		Fields: []ui.Field{
			box("brake.off", "Then a wrong setting at the identity provider can empty every group.", b.Off),
			number(
				"brake.share",
				"Removals from a group are held once it loses more than this share of its members. Empty: 50.",
				b.Share,
			),
			number(
				"brake.people",
				"Up to this many people of a group are never held for the share. Empty: 20.",
				b.People,
			),
			number("brake.window", "People are counted within this time. Empty: 3600, an hour.", int(b.Window)),
		},
	}
}

func policyFields(cfg *sso.Config) fieldSection {
	v := cfg.EmailVerification
	rule := func(name, hint, value string) ui.Field {
		f := line(name, hint, value)
		f.Kind, f.Most, f.Lines = "area", 4096, 4
		return f
	}
	return fieldSection{
		ID:      "policies",
		Heading: "Sign-in rules",
		Lead:    "Rules are written in CEL, over identity, connection and enterprise. Try them before you save.",
		Fields: []ui.Field{
			rule(
				"allow_sign_in",
				"For example: \"staff\" in identity.groups. Empty: everyone whom the identity provider lets in.",
				cfg.AllowSignIn,
			),
			box(
				"email_optional",
				"For example contractors without a mailbox. Without this, a sign-in is refused if no address is sent. "+
					"The rules here decide about these people, too; identity.email is empty then.",
				cfg.EmailOptional,
			),
			choice(
				"email_verification.mode",
				"Whether people verify their address with a code at their first sign-in.",
				v.Mode,
			),
			rule(
				"email_verification.expression",
				"For example: \"contractors\" in identity.groups ? \"skip\" : \"require\". Used only where the choice above is the rule.",
				v.Expression,
			),
			box(
				"email_verification.trust_idp",
				"An address that the identity provider calls verified needs no code.",
				v.TrustIDP,
			),
		},
	}
}

func samlFields(c *sso.SAMLConfig) fieldSection {
	slo := ""
	if c.SLO != nil {
		slo = c.SLO.URL
	}
	s := fieldSection{
		ID:      "saml",
		Heading: "SAML",
		Fields: []ui.Field{
			choice(
				"saml.allow_idp_initiated",
				"When people start from the identity provider’s dashboard.",
				string(c.IDPInitiated),
			),
			choice("saml.name_id_format", "What we ask the identity provider to call people by.", c.NameIDFormat),
			box("saml.force_authn", "Even if they are signed in there already.", c.ForceAuthn),
			box("saml.sign_requests", "The identity provider needs our certificate to check it.", c.SignRequests),
			box(
				"saml.allow_sha1",
				"SHA-1 can be forged with enough money. Only for an identity provider that knows nothing else.",
				c.AllowSHA1,
			),
			box(
				"saml.confirm_new_keys",
				"If refreshed metadata replaces every certificate at once, the ones before it stay trusted until an admin confirms the new ones.",
				c.ConfirmNewKeys,
			),
			number(
				"saml.clock_skew_seconds", "In seconds, at most 300. Empty: 60.", int(c.ClockSkew),
			),
		},
	}
	if c.MetadataURL == "" {
		s.Fields = append(
			s.Fields,
			line("saml.slo_url", "Where people are signed out at the identity provider. Empty: they are not.", slo),
		)
	}
	return s
}

func oidcFields(c *sso.OIDCConfig) fieldSection {
	return fieldSection{
		ID:      "oidc",
		Heading: "OpenID Connect",
		Fields: []ui.Field{
			line("oidc.scopes", "With space between them. openid is always asked for.", strings.Join(c.Scopes, " ")),
			choice("oidc.prompt", "What the identity provider asks of people.", c.Prompt),
			box("oidc.confirm_new_keys",
				"If the identity provider replaces every key at once, sign-ins are refused until an admin confirms the new ones.",
				c.ConfirmNewKeys),
			choice(
				"oidc.token_endpoint_auth_method", "As it is set at the identity provider.",
				string(c.AuthMethod),
			),
			secret("oidc.client_secret", "It is never shown. Leave it empty to keep the current one."),
		},
	}
}

func directoryFields(cfg *sso.Config) fieldSection {
	d := sso.Directory{}
	if cfg.Directory != nil {
		d = *cfg.Directory
	}
	return fieldSection{
		ID:      "directory",
		Heading: "Microsoft Graph",
		Lead:    "Only for Entra ID: where groups are asked for that do not fit into an answer. Empty tenant and application: nowhere.",
		Fields: []ui.Field{
			line("directory.tenant", "Its ID, or a domain of it.", d.Tenant),
			line(
				"directory.client_id",
				"It needs GroupMember.Read.All and User.Read.All, with admin consent.",
				d.ClientID,
			),
			secret("directory.client_secret", "It is never shown. Leave it empty to keep the current one."),
			box("directory.by_id", "As tokens name them, unless told otherwise.", d.ByID),
		},
	}
}
