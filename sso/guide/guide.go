package guide

import (
	"strings"

	"gatehouse/sso"
)

// Guide describes how to connect one identity provider over one protocol.
type Guide struct {
	Provider sso.Provider
	Protocol sso.Protocol
	Product  string // the vendor's name for it
	// Better marks the better of the product's two protocols; Why is shown
	// where an admin chooses.
	Better bool
	Why    string
	Role   string // the role that may do this there

	Create    Part
	Configure Part
	// FileOnly says that the product offers its metadata only as a file, not at
	// an address.
	FileOnly   bool
	Wanted     []Wanted
	Attributes Part
	Claims     []Claim
	Groups     Part
	Assign     Part
}

// Part is a group of steps.
type Part struct {
	Title    string
	Note     string // to know before the first instruction; no mistake to avoid
	Do       []Instruction
	Warnings []string // common mistakes in this part
}

// Instruction is one step in the identity provider's console.
type Instruction struct {
	Text string
	Give []Value // what to enter there
}

// Kind identifies one of our values.
type Kind string

// The values of a connection that identity providers ask for.
const (
	ACSURL       Kind = "acs_url"
	ACSPattern   Kind = "acs_pattern" // ACSURL as a regular expression
	EntityID     Kind = "entity_id"
	MetadataURL  Kind = "metadata_url"
	MetadataFile Kind = "metadata_file" // to be downloaded
	Certificate  Kind = "certificate"   // to be downloaded
	RedirectURI  Kind = "redirect_uri"
	SignInURL    Kind = "sign_in_url"
	LogoutURL    Kind = "logout_url"      // where the browser returns after signing out
	Backchannel  Kind = "backchannel_url" // where logout tokens are posted
	Choice       Kind = "choice"          // no value of ours: Text is what to choose
)

// Value is something to enter: the label of its field, and other names of the
// same field.
type Value struct {
	Kind  Kind
	Label string
	Hint  string
	Text  string // of a Choice
}

// Wanted is a value that the identity provider gives, with the field of our
// form that takes it, named as in the REST API.
type Wanted struct {
	Field string
	Label string // its name there
	Where string // where to find it there
	Form  string // what it looks like
}

// Use is the purpose of a claim.
type Use string

// The uses.
const (
	Subject Use = "subject"
	Login   Use = "login"
	Email   Use = "email"
	Name    Use = "name"
	Groups  Use = "groups"
)

// NameID is the name of a claim that is the SAML subject itself.
const NameID = "nameid"

// Claim is a claim that the identity provider has to send.
type Claim struct {
	Use    Use
	Name   string // to enter there
	Value  string // to choose there
	Note   string
	ByName bool // sent by default, under this name
}

// Spans splits a text into its parts.
func Spans(text string) []Span {
	var all []Span
	for rest := text; rest != ""; {
		i := strings.IndexAny(rest, "*`")
		if i < 0 {
			return append(all, Span{Text: rest})
		}
		end := strings.IndexByte(rest[i+1:], rest[i])
		if end < 0 {
			return append(all, Span{Text: rest})
		}
		if i > 0 {
			all = append(all, Span{Text: rest[:i]})
		}
		letter := rest[i] == '`'
		all = append(all, Span{
			Text:  rest[i+1 : i+1+end],
			Label: !letter,
			Code:  letter,
		})
		rest = rest[i+end+2:]
	}
	return all
}

// Span is a part of a text with one format.
type Span struct {
	Text  string
	Label bool // a label in the identity provider's console
	Code  bool // to be entered literally
}

// All returns the guides, in the order in which they are offered.
func All() []Guide {
	return []Guide{
		oktaSAML(), oktaOIDC(), entraSAML(), entraOIDC(),
		jumpCloudSAML(), jumpCloudOIDC(), googleSAML(), googleOIDC(),
		oneLoginSAML(), oneLoginOIDC(), pingSAML(), pingOIDC(),
		keycloakSAML(), keycloakOIDC(), adfsSAML(), adfsOIDC(),
		auth0SAML(), auth0OIDC(), duoSAML(), ripplingSAML(), cyberArkSAML(),
		customSAML(), customOIDC(),
	}
}

// Of returns the guide of a provider over a protocol, or the generic one if it
// has none of its own.
func Of(p sso.Provider, protocol sso.Protocol) Guide {
	var other Guide
	for _, g := range All() {
		if g.Protocol != protocol {
			continue
		}
		if g.Provider == p {
			return g
		}
		if g.Provider == sso.Custom {
			other = g
		}
	}
	return other
}

// Texts and warnings that several guides share.
const (
	createTitle    = "Create the application"
	configureTitle = "Configure the connection"
	attributeTitle = "Attribute mapping"
	claimTitle     = "Claims mapping"
	groupTitle     = "Groups"
	assignTitle    = "Assign access"

	oneACS = "Enter this one address only. With a second one the identity provider may answer to the wrong address, and people see an error."
	// absentMeans names the field on the next page, group_sync.on_absent.
	absentMeans = "That counts as unknown, and removes no one. Once the test shows that groups are sent, set *When no groups are sent* " +
		"to *Treat as no groups*, or the last group stays."

	byName = "A group is matched by its name, letter by letter: `Engineering` and `engineering` are two groups. The group Members is never matched."
)

func do(text string, give ...Value) Instruction {
	return Instruction{
		Text: text,
		Give: give,
	}
}

func choose(label, text string) Value {
	return Value{
		Kind:  Choice,
		Label: label,
		Text:  text,
	}
}
