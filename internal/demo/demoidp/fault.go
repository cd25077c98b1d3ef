package demoidp

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is a kind of misbehaviour of the provider.
type Fault string

// The faults. Faults describes each, and how a gateway should react.
const (
	NoFault           Fault = "none"
	WrongAudience     Fault = "wrong-audience"
	WrongRecipient    Fault = "wrong-recipient"
	WrongIssuer       Fault = "wrong-issuer"
	MixUp             Fault = "mix-up"
	WrongNonce        Fault = "wrong-nonce"
	Unsigned          Fault = "unsigned"
	WrongKey          Fault = "wrong-key"
	SHA1              Fault = "sha1"
	Expired           Fault = "expired"
	ClockOff          Fault = "clock-off"
	Replay            Fault = "replay"
	IDPInitiated      Fault = "idp-initiated"
	Encrypted         Fault = "encrypted"
	EncryptedWrongKey Fault = "encrypted-with-wrong-key"
	NoGroups          Fault = "no-groups"
	EmptyGroups       Fault = "empty-groups"
	Overage           Fault = "overage"
	DirectoryDown     Fault = "directory-down"
	ManyGroups        Fault = "300-groups"
	Truncated         Fault = "truncated"
	NoEmail           Fault = "no-email"
	NoLogin           Fault = "no-login"
	OtherCompanyEmail Fault = "other-company-email"
	WrongDestination  Fault = "wrong-destination"
	NoNameID          Fault = "no-name-id"
	TransientNameID   Fault = "transient-name-id"
	NoKey             Fault = "no-key"
	OtherUserinfo     Fault = "other-userinfo"
	GroupIDs          Fault = "group-ids"
	Denied            Fault = "denied"
	Down              Fault = "down"
)

// none reports whether f is no fault; the zero value is none either.
func (f Fault) none() bool { return f == NoFault || f == "" }

// GroupLimit is the length of a truncated group list.
const GroupLimit = 100

// FaultInfo describes a fault, for the fault page and for tests.
type FaultInfo struct {
	Fault  Fault
	Title  string
	Does   string // one line: the provider's behaviour
	Expect string // one line: Gatehouse's reaction
	// SAMLCode and OIDCCode are the error codes of the refusal over a connection
	// with Mapping and default settings; "" for a sign-in that succeeds, and for a
	// protocol that is not affected.
	SAMLCode, OIDCCode string
	SAML, OIDC         bool // which protocols it affects
}

// Faults lists every fault but NoFault, in the order they are shown.
func Faults() []FaultInfo {
	return slices.Concat(trustFaults(), timeFaults(), groupFaults(), personFaults())
}

func trustFaults() []FaultInfo {
	return []FaultInfo{
		{
			Fault:    WrongAudience,
			Title:    "Wrong audience",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "saml_wrong_recipient",
			OIDCCode: "id_token_invalid",
			Does:     "Names another application as the audience.",
			Expect:   "Refused: the response is for another application.",
		},
		{
			Fault:    WrongRecipient,
			Title:    "Wrong recipient",
			SAML:     true,
			SAMLCode: "saml_wrong_recipient",
			Does:     "Confirms the subject for another address than the one it is sent to.",
			Expect:   "Refused: the response is for another address.",
		},
		{
			Fault:    WrongDestination,
			Title:    "Wrong destination",
			SAML:     true,
			SAMLCode: "saml_wrong_recipient",
			Does:     "Addresses the response to another place than it is sent to.",
			Expect:   "Refused: the response is for another address.",
		},
		{
			Fault:    WrongIssuer,
			Title:    "Wrong issuer",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "saml_wrong_recipient",
			OIDCCode: "id_token_invalid",
			Does:     "Says another identity provider made the answer.",
			Expect:   "Refused: the issuer is not the one of this connection.",
		},
		{
			Fault:    MixUp,
			Title:    "Mix-up",
			OIDC:     true,
			OIDCCode: "issuer_mismatch",
			Does:     "Sends another issuer in the iss parameter of the redirect (RFC 9207).",
			Expect:   "Refused before the code is redeemed.",
		},
		{
			Fault:    WrongNonce,
			Title:    "Wrong nonce",
			OIDC:     true,
			OIDCCode: "id_token_invalid",
			Does:     "Puts another nonce into the ID token.",
			Expect:   "Refused: the token belongs to another sign-in.",
		},
		{
			Fault:    Unsigned,
			Title:    "Unsigned",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "saml_signature_invalid",
			OIDCCode: "id_token_invalid",
			Does:     "Leaves every signature out (alg none in OIDC).",
			Expect:   "Refused: nothing vouches for the answer.",
		},
		{
			Fault:    WrongKey,
			Title:    "Wrong key",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "saml_signature_invalid",
			OIDCCode: "id_token_invalid",
			Does:     "Signs with a key that is not published.",
			Expect:   "Refused, after one look at the metadata or key set for a new key.",
		},
		{
			Fault:    NoKey,
			Title:    "Unknown key",
			OIDC:     true,
			OIDCCode: "id_token_invalid",
			Does:     "Signs with a key that is not in the key set, and says so.",
			Expect:   "Refused, after one look at the key set for a new key.",
		},
		{
			Fault:    SHA1,
			Title:    "SHA-1 signature",
			SAML:     true,
			SAMLCode: "saml_signature_invalid",
			Does:     "Signs with RSA-SHA1.",
			Expect:   "Refused unless the connection allows SHA-1.",
		},
		{
			Fault:  Encrypted,
			Title:  "Encrypted",
			SAML:   true,
			Does:   "Encrypts the signed assertion to the application’s certificate.",
			Expect: "Accepted: this is no fault at all.",
		},
		{
			Fault:    EncryptedWrongKey,
			Title:    "Encrypted to a wrong key",
			SAML:     true,
			SAMLCode: "saml_decryption_failed",
			Does:     "Encrypts the assertion to a key the application does not have.",
			Expect:   "Refused: the certificate at the identity provider is out of date.",
		},
	}
}

func timeFaults() []FaultInfo {
	return []FaultInfo{
		{
			Fault:    Expired,
			Title:    "Expired",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "saml_expired",
			OIDCCode: "id_token_invalid",
			Does:     "Sends an answer that ended an hour ago.",
			Expect:   "Refused: the answer is too old.",
		},
		{
			Fault:    ClockOff,
			Title:    "Clock 10 minutes fast",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "saml_expired",
			OIDCCode: "id_token_invalid",
			Does:     "Answers as if it were ten minutes later.",
			Expect:   "Refused: not valid yet, check the clocks.",
		},
		{
			Fault:    Replay,
			Title:    "Replay",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "saml_replayed",
			OIDCCode: "id_token_invalid",
			Does:     "Sends the answer of the sign-in before again (the ID token, in OIDC).",
			Expect:   "Refused: an answer works once.",
		},
		{
			Fault:    IDPInitiated,
			Title:    "No one asked",
			SAML:     true,
			SAMLCode: "idp_initiated_disabled",
			Does:     "Answers without naming the request, as if the person had started here.",
			Expect:   "Refused, or started over, as the connection says.",
		},
	}
}

func groupFaults() []FaultInfo {
	return []FaultInfo{
		{
			Fault:  NoGroups,
			Title:  "No groups attribute",
			SAML:   true,
			OIDC:   true,
			Does:   "Says nothing about groups.",
			Expect: "Signed in; every membership is kept, with a note.",
		},
		{
			Fault:  EmptyGroups,
			Title:  "Empty groups",
			SAML:   true,
			OIDC:   true,
			Does:   "Sends the groups attribute without a value.",
			Expect: "Signed in; the person is taken out of every group.",
		},
		{
			Fault:  Overage,
			Title:  "Group overage",
			SAML:   true,
			OIDC:   true,
			Does:   "Sends a link in place of the groups, as Entra ID does for people with very many.",
			Expect: "Signed in; the groups are asked for at the directory if the connection may, and else every membership is kept, with a note.",
		},
		{
			Fault:  DirectoryDown,
			Title:  "Directory down",
			OIDC:   true,
			Does:   "Sends a link in place of the groups, and does not answer when it is asked for them.",
			Expect: "Signed in; every membership is kept, with a note.",
		},
		{
			Fault:  GroupIDs,
			Title:  "Groups by object ID",
			SAML:   true,
			OIDC:   true,
			Does:   "Names groups by the identifiers of a directory.",
			Expect: "Signed in; no name matches, so every membership is kept and the sync is held for an admin.",
		},
		{
			Fault:  ManyGroups,
			Title:  "300 groups",
			SAML:   true,
			OIDC:   true,
			Does:   "Adds made-up groups until there are 300.",
			Expect: "Signed in; what matches is applied, the rest is reported as unmatched.",
		},
		{
			Fault:  Truncated,
			Title:  "Cut-off groups",
			SAML:   true,
			OIDC:   true,
			Does:   fmt.Sprintf("Sends exactly %d groups, as Okta does when there are more.", GroupLimit),
			Expect: "Signed in; groups are added, none is removed.",
		},
	}
}

func personFaults() []FaultInfo {
	return []FaultInfo{
		{
			Fault:    NoEmail,
			Title:    "No e-mail",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "saml_attribute_invalid",
			OIDCCode: "oidc_attribute_invalid",
			Does:     "Leaves the e-mail out.",
			Expect:   "Refused if the mapping wants an e-mail.",
		},
		{
			Fault:    NoLogin,
			Title:    "No login",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "saml_attribute_invalid",
			OIDCCode: "oidc_attribute_invalid",
			Does:     "Leaves the login name out.",
			Expect:   "Refused: the mapping finds no login.",
		},
		{
			Fault:    NoNameID,
			Title:    "No NameID",
			SAML:     true,
			SAMLCode: "saml_attribute_invalid",
			Does:     "Leaves the NameID out.",
			Expect:   "Refused unless the subject is mapped from an attribute.",
		},
		{
			Fault:    TransientNameID,
			Title:    "Transient NameID",
			SAML:     true,
			SAMLCode: "saml_attribute_invalid",
			Does:     "Names the person differently each time.",
			Expect:   "Refused unless the subject is mapped from an attribute.",
		},
		{
			Fault:    OtherUserinfo,
			Title:    "Userinfo of another",
			OIDC:     true,
			OIDCCode: "",
			Does:     "Answers at the userinfo endpoint about someone else.",
			Expect:   "Refused where userinfo is asked.",
		},
		{
			Fault:  OtherCompanyEmail,
			Title:  "Another company’s e-mail",
			SAML:   true,
			OIDC:   true,
			Does:   "Gives an address at a domain this company does not own.",
			Expect: "Signed in as the same person; never joined with the user who has that address elsewhere.",
		},
		{
			Fault:    Denied,
			Title:    "Denied",
			SAML:     true,
			OIDC:     true,
			SAMLCode: "idp_denied",
			OIDCCode: "idp_denied",
			Does:     "Refuses the person, as for someone not assigned to the application.",
			Expect:   "Refused, with the identity provider’s own status.",
		},
		{
			Fault:    Down,
			Title:    "Down",
			OIDC:     true,
			OIDCCode: "idp_unavailable",
			Does:     "Answers the token request with 503.",
			Expect:   "Refused for now: the identity provider does not answer.",
		},
	}
}

// SetFault applies a fault to every sign-in from now on, until NoFault.
func (p *IdP) SetFault(f Fault) { p.setFault(f, false) }

// SetFaultOnce applies a fault to the next sign-in only.
func (p *IdP) SetFaultOnce(f Fault) { p.setFault(f, true) }

func (p *IdP) setFault(f Fault, once bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.faultOnce = f, once
}

// Fault returns the active fault and whether it applies to one sign-in only.
func (p *IdP) Fault() (f Fault, once bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault == "" {
		return NoFault, false
	}
	return p.fault, p.faultOnce
}

// takeFault returns the fault of the current sign-in and uses up a fault set once.
func (p *IdP) takeFault() Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.fault
	p.graphDown = f == DirectoryDown
	if p.faultOnce {
		p.fault, p.faultOnce = NoFault, false
	}
	return f
}

// asserted is the content of a response about a person.
type asserted struct {
	login, email         string
	givenName, surname   string
	groups               []string
	groupsSent, overaged bool
}

// assert applies the faults that both protocols share. A provider that resembles
// Entra ID lists at most most groups.
func (p *IdP) assert(person Person, f Fault, most int) asserted {
	a := asserted{
		login:      person.Login,
		email:      person.Email,
		givenName:  person.GivenName,
		surname:    person.Surname,
		groups:     person.allGroups(),
		groupsSent: true,
	}
	if p.options.Tenant != "" && f.none() && len(a.groups) > most {
		f = Overage
	}
	switch f {
	case NoGroups:
		a.groups, a.groupsSent = nil, false
	case Overage, DirectoryDown:
		a.groups, a.groupsSent, a.overaged = nil, false, true
	case EmptyGroups:
		a.groups = nil
	case GroupIDs:
		for i := range a.groups {
			a.groups[i] = fmt.Sprintf("6f1c1a%02x-3b5d-4c7e-9a1b-2c3d4e5f6071", i)
		}
	case ManyGroups:
		a.groups = padGroups(a.groups, 300)
	case Truncated:
		a.groups = padGroups(a.groups, GroupLimit)
	case NoEmail:
		a.email = ""
	case NoLogin:
		a.login = ""
	case OtherCompanyEmail:
		local, _, _ := strings.Cut(person.Login, "@")
		a.email = local + "@rival.example"
	}
	return a
}

// padGroups pads or truncates the list to n groups.
func padGroups(groups []string, n int) []string {
	groups = slices.Clone(groups[:min(n, len(groups))])
	for i := len(groups); i < n; i++ {
		groups = append(groups, fmt.Sprintf("department-%03d", i+1))
	}
	return groups
}
