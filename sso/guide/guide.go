package guide

import (
	"strings"

	"gatehouse/sso"
)

// Guide is how one identity provider is connected over one protocol.
type Guide struct {
	Provider sso.Provider
	Protocol sso.Protocol
	Product  string // as its makers call it
	// Better says that it is the better one of the product's two protocols; Why is
	// said where people choose.
	Better bool
	Why    string
	Role   string // who may do this there

	Create    Part
	Configure Part
	// FileOnly: the product publishes its metadata nowhere, and has it as a file.
	FileOnly   bool
	Wanted     []Wanted
	Attributes Part
	Claims     []Claim
	Groups     Part
	Assign     Part
}

// Part is what is done in one go.
type Part struct {
	Title    string
	Do       []Instruction
	Warnings []string // what goes wrong here, so that it is read in time
}

// Instruction is one thing to do in the identity provider's console.
type Instruction struct {
	Text string
	Give []Value // what to enter, once there
}

// Kind is which of our values is meant.
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
	LogoutURL    Kind = "logout_url"      // where signing out leads back to
	Backchannel  Kind = "backchannel_url" // where logout tokens go
	Choice       Kind = "choice"          // nothing of ours: Text is what to choose
)

// Value is something to enter: the label of the field there, and what else the
// same thing is called.
type Value struct {
	Kind  Kind
	Label string
	Hint  string
	Text  string // of a Choice
}

// Wanted is something the identity provider gives, by the field of our form
// that takes it, named as in the REST API.
type Wanted struct {
	Field string
	Label string // what it is called there
	Where string // where it is found there
	Form  string // what it looks like
}

// Use is what a claim is for.
type Use string

// The uses.
const (
	Subject Use = "subject"
	Login   Use = "login"
	Email   Use = "email"
	Name    Use = "name"
	Groups  Use = "groups"
)

// NameID is the name of a claim that is the subject of a SAML assertion itself.
const NameID = "nameid"

// Claim is something the identity provider has to send about a person.
type Claim struct {
	Use    Use
	Name   string // to enter there
	Value  string // to choose there
	Note   string
	ByName bool // it is sent by default, under this name
}

// Spans takes a text apart.
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

// Span is a piece of a text of which every letter is the same.
type Span struct {
	Text  string
	Label bool // as it stands in the identity provider's console
	Code  bool // to be entered letter by letter
}

// All are the guides, in the order people are offered them.
func All() []Guide {
	return []Guide{
		oktaSAML(), oktaOIDC(), entraSAML(), entraOIDC(), jumpCloudSAML(), googleSAML(),
		oneLoginSAML(), pingSAML(),
		keycloakSAML(), keycloakOIDC(), adfsSAML(), customSAML(), customOIDC(),
	}
}

// Of is the guide of a provider over a protocol, or where there is none of its
// own the one for any product.
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

// Words and warnings that are the same everywhere.
const (
	createTitle    = "Create the application"
	configureTitle = "Configure the connection"
	attributeTitle = "Attribute mapping"
	claimTitle     = "Claims mapping"
	groupTitle     = "Groups"
	assignTitle    = "Assign access"

	oneACS = "Enter this one address only. With a second one the identity provider may answer to the wrong address, and people see an error."
	// absentMeans names the field of the next page, group_sync.on_absent.
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
