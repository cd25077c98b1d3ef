package page

import (
	"time"

	"gatehouse/sso"
)

func galleryAssistant() []Example {
	return append(galleryBeforeSteps(), append(galleryFirstSteps(), galleryLastSteps()...)...)
}

const (
	galleryConnections = "/admin/enterprises/acme/connections"
	galleryAt          = galleryConnections + "/conn-1/setup/"
	galleryACS         = "https://login.example.com/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/acs"
)

// galleryStep is what a step has around itself.
func galleryStep(number int, heading string, next *Link) (Base, Assistant) {
	a := Assistant{Heading: heading, Over: "Microsoft Entra ID, SAML", Role: "A Cloud Application Administrator, or the owner of the application.", Number: number,
		Change: galleryAt + "provider", HandOver: "/admin/enterprises/acme/access", Next: next}
	for i, label := range []string{"Create the application", "Configure the connection", "Attribute mapping", "Assign access", "Test", "Enable"} {
		a.Steps = append(a.Steps, Step{Label: label, Href: galleryAt + "step", Current: i+1 == number, Done: i+1 < number})
	}
	return galleryConsole("SSO & provisioning", Link{Label: "SSO & provisioning", Href: galleryConnections}, Link{Label: "Employees", Href: galleryConnections + "/conn-1"}), a
}

func galleryBeforeSteps() []Example {
	base := func() Base {
		return galleryConsole("SSO & provisioning", Link{Label: "SSO & provisioning", Href: galleryConnections})
	}
	way := func(protocol, why string, better bool) Way {
		return Way{Protocol: protocol, Why: why, Href: galleryConnections + "/new?provider=okta&protocol=" + protocol, Better: better}
	}
	choose := &ChooseProvider{Base: base(), Heading: "Set up single sign-on", Lead: "Choose the identity provider that Acme Corporation uses.", Products: []Product{
		{"Okta", []Way{way("OpenID Connect", "Fewest steps, and no certificate to renew.", true), way("SAML", "If your company asks for SAML, or for encrypted assertions.", false)}},
		{"Microsoft Entra ID", []Way{way("SAML", "Sends group names. New signing certificates are picked up automatically.", true), way("OpenID Connect", "If you prefer app registrations.", false)}},
		{"Google Workspace", []Way{way("SAML", "The only way in which Google sends groups.", true)}},
		{"AD FS", []Way{way("SAML", "New certificates are picked up automatically.", true)}}}}
	change := &ChooseProvider{Base: base(), Heading: "Change identity provider", Lead: "What you entered stays as long as the protocol stays the same.", Back: &Link{Label: "Back to the assistant", Href: galleryAt},
		Products: []Product{{"Okta", []Way{{Protocol: "SAML", Why: "Chosen when this was set up.", Href: "/x", Current: true}}}, {"Another identity provider", []Way{way("OpenID Connect", "Whatever speaks OpenID Connect.", true)}}}}
	name := Field{ID: "name", Name: "name", Label: "Name", Hint: "What people see where there is a choice.", Value: "Okta", Autocomplete: "off"}
	long := name
	long.Value, long.Error = "", "Enter a name."
	named := &NameConnection{Base: base(), Heading: "Name the connection", Lead: "Okta, SAML", Fields: []Field{name}, Hidden: []HiddenField{{"provider", "okta"}}, Action: galleryConnections + "/new", Button: "Next", Back: Link{Label: "Back", Href: galleryConnections + "/new"}}
	wrong := &NameConnection{Base: base(), Heading: "Name the connection", Lead: "Okta, SAML", Wrong: []Wrong{{"name", "Name", long.Error}}, Fields: []Field{long}, Action: galleryConnections + "/new", Button: "Next", Back: Link{Label: "Back", Href: galleryConnections + "/new"}}
	lose := &NameConnection{Base: base(), Heading: "Change to Okta, OpenID Connect", Lead: "The steps are then those of Okta.", Action: galleryAt + "provider", Button: "Change", Back: Link{Label: "Keep it as it is", Href: galleryAt},
		Warnings: []Todo{{State: "warn", Text: "This is a different protocol. The values of the identity provider that you entered are deleted, and it needs different addresses of ours."}}}
	return []Example{{"ChooseProvider-new", 200, choose}, {"ChooseProvider-change", 200, change}, {"NameConnection-empty", 200, named}, {"NameConnection-wrong", 422, wrong}, {"NameConnection-change", 200, lose}}
}

func galleryPart() Part {
	return Part{ID: "h-do", Heading: "In Microsoft Entra ID", Warnings: [][]Piece{{{Text: "Leave one "}, {Text: "Reply URL", Label: true}, {Text: ". With a second one the identity provider may answer to the wrong address, and people see an error."}}},
		Do: []Instruction{
			{Text: []Piece{{Text: "Go to "}, {Text: "Enterprise applications", Label: true}, {Text: " › "}, {Text: "All applications", Label: true}, {Text: ", and select "}, {Text: "New application", Label: true}, {Text: "."}}},
			{Text: []Piece{{Text: "Fill in:"}}, Values: []Entry{
				{Label: "Reply URL (Assertion Consumer Service URL)", Hint: "Also called ACS URL or single sign-on URL.", Copy: &Copyable{"acs", galleryACS}},
				{Label: "Signature Algorithm", Choice: "RSA-SHA256"}, {Label: "Encryption Certificate", Hint: "A PEM file.", Download: &Link{Label: "Download certificate", Href: galleryAt + "files/certificate.pem"}}}},
			{Text: []Piece{{Text: "Enter "}, {Text: "groups", Code: true}, {Text: " as its name."}}}}}
}

func galleryFirstSteps() []Example {
	base, a := galleryStep(1, "Create the application", &Link{Label: "Next: configure the connection", Href: galleryAt + "configure"})
	create := &SetupCreate{Base: base, Assistant: a, Part: galleryPart()}
	base, a = galleryStep(1, "Create the application", &Link{Label: "Next: configure the connection", Href: galleryAt + "configure"})
	base.Console = &Console{Role: "by a setup link", SignOut: "/admin/sign-out"}
	base.User, a.HandOver = &Person{"IT of " + longName, ""}, ""
	byLink := &SetupCreate{Base: base, Assistant: a, Part: galleryPart()}
	url := Field{ID: "saml.metadata_url", Name: "saml.metadata_url", Label: "Metadata URL", Hint: "In Microsoft Entra ID: App Federation Metadata Url, under Single sign-on › SAML Certificates. It looks like https://login.microsoftonline.com/…/federationmetadata/2007-06/federationmetadata.xml?appid=…", Kind: "url", Mono: true, Most: 2048}
	tabs := func(manual bool) []Link {
		return []Link{{Label: "Automatic", Href: galleryAt + "configure?how=automatic", Current: !manual}, {Label: "Manual", Href: galleryAt + "configure?how=manual", Current: manual}}
	}
	form := SetupForm{Fields: []Field{url}, Hidden: []HiddenField{{"revision", "3"}}, Action: galleryAt + "configure", Button: "Create connection"}
	configure := func(change func(*SetupConfigure)) *SetupConfigure {
		base, a := galleryStep(2, "Configure the connection", nil)
		p := &SetupConfigure{Base: base, Assistant: a, Part: galleryPart(), Tabs: tabs(false), Form: form, Open: true}
		change(p)
		return p
	}
	empty := configure(func(*SetupConfigure) {})
	wrong := configure(func(p *SetupConfigure) {
		bad := url
		bad.Value, bad.Error = "https://acme.okta.com/app/acme_1/exk1/sso/saml", "This is the address people sign in at. The metadata has another one."
		p.Form.Fields, p.Form.Wrong = []Field{bad}, []Wrong{{bad.ID, bad.Label, bad.Error}}
		p.Form.Meant = []Meant{{"Metadata URL", "https://acme.okta.com/app/exk1/sso/saml/metadata", "saml.metadata_url=https://acme.okta.com/app/exk1/sso/saml/metadata"}}
	})
	manual := configure(func(p *SetupConfigure) {
		p.Tabs, p.Form.Files = tabs(true), true
		p.Form.Fields = []Field{{ID: "file", Name: "file", Label: "Metadata file", Kind: "file", Optional: true, Accept: ".xml"}, {ID: "xml", Name: "saml.metadata_xml", Label: "Metadata, pasted", Kind: "area", Optional: true, Mono: true}}
		p.Form.More = []Field{{ID: "scopes", Name: "scopes", Label: "Scopes", Optional: true}}
	})
	read := configure(func(p *SetupConfigure) {
		p.Open, p.Next = false, &Link{Label: "Next: attribute mapping", Href: galleryAt + "attributes"}
		p.Flash = "The metadata was read. Whether people can sign in is known after the test."
		p.Read = []Fact{{Label: "Entity ID", Value: "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/", Code: true}, {Label: "Sign-in address", Value: "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/saml2", Code: true}, {Label: "Sent there by", Value: "a redirect"}}
		p.Keys = []SigningKey{{"9f86d081884c7d65…", "RSA, 2048 bits", "24 November 2029", Badge{"good", "ok"}}, {"60303ae22b998861…", "RSA, 2048 bits", "30 November 2026", Badge{"6 days left", "warn"}}}
		p.Warnings = []Todo{{"warn", "The certificate 60303ae22b998861 expires on 2026-11-30.", "", ""}}
	})
	return []Example{{"SetupCreate", 200, create}, {"SetupCreate-by-link", 200, byLink}, {"SetupConfigure-empty", 200, empty}, {"SetupConfigure-wrong", 422, wrong}, {"SetupConfigure-manual", 200, manual}, {"SetupConfigure-read", 200, read}}
}

func galleryLastSteps() []Example {
	now := galleryNow()
	at := NewTime(now.Add(-3*time.Minute), now)
	attributes := func(change func(*SetupAttributes)) *SetupAttributes {
		base, a := galleryStep(3, "Attribute mapping", &Link{Label: "Next: assign access", Href: galleryAt + "assign"})
		part, groups := galleryPart(), galleryPart()
		part.Do, groups.Do, groups.ID, groups.Heading = part.Do[:1], part.Do[2:], "h-groups", "Groups"
		p := &SetupAttributes{Base: base, Assistant: a, Part: part, Groups: groups, Form: SetupForm{Action: galleryAt + "attributes", Button: "Save",
			Fields: []Field{{ID: "login", Name: "mapping.login", Label: "Login", Kind: "area", Mono: true, Value: "login\nusername"}, {ID: "groups", Name: "mapping.groups", Label: "Groups", Kind: "area", Mono: true, Optional: true, Value: "groups"}},
			More:   []Field{{ID: "delimiter", Name: "mapping.delimiter", Label: "Between group names", Optional: true}}}}
		for _, c := range []ClaimRow{{Use: "Login", Name: Copyable{"c-login", "login"}, Value: "user.userprincipalname"}, {Use: "E-mail", Name: Copyable{"c-email", "email"}, Value: "user.mail", Note: "People without a mailbox have none."}, {Use: "Groups", Name: Copyable{"c-groups", "groups"}, Value: "Cloud-only group display names"}} {
			c.Badge = Badge{"not tested", ""}
			p.Claims = append(p.Claims, c)
		}
		change(p)
		return p
	}
	seen := attributes(func(p *SetupAttributes) {
		p.Tested = &at
		p.Claims[0].Badge, p.Claims[1].Badge, p.Claims[2].Badge = Badge{"seen", "ok"}, Badge{"not sent", "warn"}, Badge{"seen", "ok"}
		p.Sent = []Sent{{"login", []string{"ada@acme.example"}, 0}, {"groups", []string{"engineering", "grp_all_employees_without_contractors", "開発"}, 17}, {"http://schemas.microsoft.com/identity/claims/objectidentifier", []string{"0f1e2d3c"}, 0}}
	})
	seen.Try, seen.Trace = galleryAt+"attributes/try#trace", galleryTrace()
	seen.Form.Tried, seen.Form.More = true, append(seen.Form.More, galleryRewrite()...)
	wrong := attributes(func(p *SetupAttributes) {
		p.Form.Fields[0].Value, p.Form.Fields[0].Error = "{first", "Line 1: a { without its }"
		p.Form.Wrong = []Wrong{{"login", "Login", p.Form.Fields[0].Error}}
	})
	base, a := galleryStep(4, "Assign access", &Link{Label: "Next: test", Href: galleryAt + "test"})
	assign := &SetupAssign{Base: base, Assistant: a, Part: galleryPart()}
	test := func(change func(*SetupTest)) *SetupTest {
		base, a := galleryStep(5, "Test", nil)
		p := &SetupTest{Base: base, Assistant: a, Start: galleryConnections + "/conn-1/tests", All: galleryConnections + "/conn-1/tests"}
		change(p)
		return p
	}
	enable := func(change func(*SetupEnable)) *SetupEnable {
		base, a := galleryStep(6, "Enable", nil)
		p := &SetupEnable{Base: base, Assistant: a, Changes: []string{"The sign-in link of Acme Corporation leads to Microsoft Entra ID.", "At each sign-in, everyone’s memberships are reset to the groups that Microsoft Entra ID names. Who was added by hand is removed."},
			Form: SetupForm{Action: galleryAt + "enable", Button: "Proceed"}}
		change(p)
		return p
	}
	base, a = galleryStep(7, "Employees is enabled", nil)
	done := &SetupDone{Base: base, Assistant: a, Link: Copyable{"link", "https://login.example.com/login/sso?enterprise_key=acme"}, Todo: []Todo{{"", "Prove that your e-mail domain is yours, so that people need no code.", "/d", "Domains"}, {"", "See which groups match.", "/g", "Verify groups"}}}
	sure := Field{ID: "confirm", Name: "confirm", Label: "Enter “Employees” to enable it without a passed test", Hint: "The last test did not pass, or something was changed since.", Autocomplete: "off"}
	asked := sure
	asked.Error, asked.Value = "Enter the name of the connection, exactly as it is.", "employees"
	return []Example{
		{"SetupAttributes-untested", 200, attributes(func(*SetupAttributes) {})}, {"SetupAttributes-seen", 200, seen}, {"SetupAttributes-wrong", 422, wrong}, {"SetupAssign", 200, assign},
		{"SetupTest-none", 200, test(func(*SetupTest) {})},
		{"SetupTest-missing", 200, test(func(p *SetupTest) {
			p.Start, p.Missing = "", []Todo{{"warn", "Enter the client secret.", galleryAt + "configure", "Enter it"}}
		})},
		{"SetupTest-failed", 200, test(func(p *SetupTest) {
			p.Last = &LastTest{Badge: Badge{"failed", "error"}, At: at, Detail: "The signature did not verify.", Href: "/t"}
		})},
		{"SetupTest-passed", 200, test(func(p *SetupTest) {
			p.Last, p.Again, p.Next = &LastTest{Badge: Badge{"passed", "ok"}, At: at, Href: "/t", Old: true}, true, &Link{Label: "Next: enable", Href: galleryAt + "enable"}
		})},
		{"SetupEnable", 200, enable(func(*SetupEnable) {})},
		{"SetupEnable-missing", 200, enable(func(p *SetupEnable) {
			p.Missing = []Todo{{"warn", "Enter the identity provider's entity ID, or its metadata.", "/c", "Enter it"}}
		})},
		{"SetupEnable-untested", 422, enable(func(p *SetupEnable) {
			p.Form.Fields, p.Form.Wrong = []Field{asked}, []Wrong{{asked.ID, asked.Label, asked.Error}}
			p.Differs = []Differs{{"Metadata URL", "https://old.example/metadata", "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/federationmetadata/2007-06/federationmetadata.xml"}, {"Groups from", "", "groups"}}
			p.Warnings = []Todo{{"warn", "The last test did not pass.", "/t", "Look at it"}}
		})},
		{"SetupDone", 200, done},
	}
}

// galleryRewrite are the fields of a rewrite, with a preset chosen.
func galleryRewrite() []Field {
	presets := Field{
		ID:      "rewrite-preset",
		Name:    "mapping.groups_rewrite.preset",
		Label:   "What becomes of each group value",
		Hint:    "A value that this does not apply to stays as it is.",
		Kind:    "select",
		Options: RewriteOptions(),
	}
	for i := range presets.Options {
		presets.Options[i].Chosen = presets.Options[i].Value == sso.RewriteCommonName
	}
	pattern := Field{
		ID:       "rewrite-pattern",
		Name:     "mapping.groups_rewrite.pattern",
		Label:    "Expression for group names",
		Hint:     `A regular expression with the name in parentheses, such as ^ACME\\(.+)$. Only without a choice above.`,
		Optional: true,
		Mono:     true,
	}
	replace := Field{
		ID:       "rewrite-replace",
		Name:     "mapping.groups_rewrite.replace",
		Label:    "Group name from the expression",
		Hint:     "Leave it empty for $1, the first part in parentheses.",
		Optional: true,
		Mono:     true,
	}
	return []Field{presets, pattern, replace}
}

// galleryTrace is a rewrite on the values of a test.
func galleryTrace() *GroupTrace {
	matched := []sso.GroupPlace{{Name: "engineering", Organization: "Research"}, {Name: "engineering", Organization: "Website"}}
	return NewGroupTrace(sso.GroupTrace{Source: "http://schemas.xmlsoap.org/claims/Group", Values: []sso.TracedGroup{
		{Sent: "CN=engineering,OU=Groups,OU=Munich,DC=corp,DC=acme,DC=example", Name: "engineering", Groups: matched},
		{Sent: "CN=grp_all_employees_without_contractors,DC=acme", Name: "grp_all_employees_without_contractors"},
		{Sent: "CN=app-old,DC=acme", Name: "app-old", LeftOut: true},
		{Sent: "sales\u00a0team", Why: sso.RawNoBreakSpace},
	}}, connAgo(time.Hour))
}
