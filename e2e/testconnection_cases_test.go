package e2e

import (
	"encoding/base64"
	"slices"
	"strings"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// trial is one test connection and the texts expected about it.
type trial struct {
	name     string
	protocol string
	provider string
	fault    demoidp.Fault
	config   harness.Object                  // in addition to the base configuration
	client   func(*demoidp.Client)           // as it is registered
	party    func(*demoidp.SP)               // as it is registered, over SAML
	front    func(*harness.Front)            // changes the provider's behaviour
	edit     func(*journey, *harness.Return) // changes the response
	stranger bool                            // another browser delivers it

	code  string
	cause string // part of the cause's text
	side  string // the side that has to act
	place string // part of the place's text
	warns string // for a passed test: the code of a warning, which cause, side and place describe
}

const (
	theCompany = "Your company’s IT team, at the identity provider"
	us         = "You, here in Gatehouse"
	thePerson  = "The person who signs in"
)

// message returns an edit of the text of a SAML response.
func message(change func(string) string) func(*journey, *harness.Return) {
	return func(_ *journey, r *harness.Return) {
		text, err := base64.StdEncoding.DecodeString(r.Form.Get("SAMLResponse"))
		if err != nil {
			panic(err)
		}
		r.Form.Set(
			"SAMLResponse",
			base64.StdEncoding.EncodeToString([]byte(change(string(text)))),
		)
	}
}

func trials() []trial {
	return slices.Concat(
		samlTrust(), samlTimesAndPeople(), samlMessages(), oidcTrust(), oidcAround(),
		ruled(), passing(),
	)
}

func samlTrust() []trial {
	return []trial{
		{
			name:     "wrong audience",
			protocol: "saml",
			provider: "okta",
			fault:    demoidp.WrongAudience,
			code:     "saml_wrong_recipient",
			cause:    "another audience: expected http://localhost",
			side:     theCompany,
			place:    "Configure SAML › Audience URI (SP Entity ID)",
		},
		{
			name:     "wrong recipient",
			protocol: "saml",
			provider: "entra",
			fault:    demoidp.WrongRecipient,
			code:     "saml_wrong_recipient",
			cause:    "another recipient",
			side:     theCompany,
			place:    "Basic SAML Configuration › Reply URL",
		},
		{
			name:     "wrong destination",
			protocol: "saml",
			provider: "onelogin",
			fault:    demoidp.WrongDestination,
			code:     "saml_wrong_recipient",
			cause:    "addressed to another place",
			side:     theCompany,
			place:    "ACS (Consumer) URL Validator",
		},
		{
			name:     "wrong issuer",
			protocol: "saml",
			provider: "jumpcloud",
			fault:    demoidp.WrongIssuer,
			code:     "saml_wrong_recipient",
			cause:    "different issuer: expected",
			side:     theCompany,
			place:    "IdP Entity ID",
		},
		{
			name:     "unsigned",
			protocol: "saml",
			provider: "adfs",
			fault:    demoidp.Unsigned,
			code:     "saml_signature_invalid",
			cause:    "Nothing in the response is signed",
			side:     theCompany,
			place:    "Set-ADFSRelyingPartyTrust -SamlResponseSignature MessageAndAssertion",
		},
		{
			name:     "another certificate",
			protocol: "saml",
			provider: "google",
			fault:    demoidp.WrongKey,
			code:     "saml_signature_invalid",
			cause:    "not signed by a certificate that is trusted here",
			side:     us,
			place:    "Certificates › Fetch it now",
		},
		{
			name:     "SHA-1",
			protocol: "saml",
			provider: "ping",
			fault:    demoidp.SHA1,
			code:     "saml_signature_invalid",
			cause:    "signed with RSA-SHA1",
			side:     theCompany,
			place:    "Signing Algorithm: RSA_SHA256",
		},
		{
			name:     "encrypted to another key",
			protocol: "saml",
			provider: "keycloak",
			fault:    demoidp.EncryptedWrongKey,
			code:     "saml_decryption_failed",
			cause:    "encrypted with a key we don’t have",
			side:     theCompany,
			place:    "Keys › Encrypt assertions",
		},
		{
			name:     "tampered",
			protocol: "saml",
			provider: "okta",
			code:     "saml_signature_invalid",
			edit: message(func(s string) string {
				return strings.ReplaceAll(s, "Lovelace", "Byron")
			}),
			cause: "not signed by a certificate that is trusted here",
			side:  us,
			place: "Certificates › Fetch it now",
		},
	}
}

func samlTimesAndPeople() []trial {
	return []trial{
		{
			name:     "expired",
			protocol: "saml",
			provider: "keycloak",
			fault:    demoidp.Expired,
			code:     "saml_expired",
			cause:    "The assertion was valid until",
			side:     theCompany,
			place:    "The clock of the machine that runs Keycloak",
		},
		{
			name:     "clock fast",
			protocol: "saml",
			provider: "adfs",
			fault:    demoidp.ClockOff,
			code:     "saml_expired",
			cause:    "The response was issued at",
			side:     theCompany,
			place:    "The clock of the machine that runs AD FS",
		},
		{
			name:     "no one asked",
			protocol: "saml",
			provider: "entra",
			fault:    demoidp.IDPInitiated,
			code:     "idp_initiated_disabled",
			cause:    "is missing InResponseTo",
			side:     theCompany,
			place:    "Reply URL",
		},
		{
			name:     "no e-mail",
			protocol: "saml",
			provider: "google",
			fault:    demoidp.NoEmail,
			code:     "saml_attribute_invalid",
			cause:    "No e-mail address was sent",
			side:     theCompany,
			place:    "SAML attribute mapping › Attributes",
		},
		{
			name:     "no login",
			protocol: "saml",
			provider: "okta",
			fault:    demoidp.NoLogin,
			code:     "saml_attribute_invalid",
			cause:    "No login was sent",
			side:     theCompany,
			place:    "Sign On › Profile attribute statements",
		},
		{
			name:     "no NameID",
			protocol: "saml",
			provider: "ping",
			fault:    demoidp.NoNameID,
			code:     "saml_attribute_invalid",
			cause:    "no usable NameID",
			side:     theCompany,
			place:    "saml_subject",
		},
		{
			name:     "transient NameID",
			protocol: "saml",
			provider: "jumpcloud",
			fault:    demoidp.TransientNameID,
			code:     "saml_attribute_invalid",
			cause:    "The NameID is transient",
			side:     theCompany,
			place:    "SAMLSubject NameID Format",
		},
		{
			name:     "denied",
			protocol: "saml",
			provider: "entra",
			fault:    demoidp.Denied,
			code:     "idp_denied",
			cause:    "did not let the person in: Responder / RequestDenied",
			side:     theCompany,
			place:    "Users and groups",
		},
	}
}

func samlMessages() []trial {
	return []trial{
		{
			name:     "a DOCTYPE",
			protocol: "saml",
			provider: "custom",
			code:     "saml_malformed",
			edit: message(func(s string) string {
				return `<!DOCTYPE r [<!ENTITY x "y">]>` + s
			}),
			cause: "What was sent is not a SAML 2.0 Response of plain XML",
			side:  theCompany,
			place: "The sign-in log of your identity provider",
		},
		{
			name:     "a comment in the NameID",
			protocol: "saml",
			provider: "onelogin",
			code:     "saml_malformed",
			edit: message(func(s string) string {
				return strings.Replace(s, "ada@", "ada<!-- -->@", 1)
			}),
			cause: "The response has a comment inside",
			side:  theCompany,
			place: "Activity › Events",
		},
		{
			name:     "two assertions",
			protocol: "saml",
			provider: "ping",
			code:     "saml_signature_invalid",
			edit: message(func(s string) string {
				i := strings.Index(s, "<saml:Assertion ")
				j := strings.Index(s, "</saml:Assertion>") + len("</saml:Assertion>")
				return s[:j] + strings.ReplaceAll(s[i:j], ` ID="`, ` ID="x`) + s[j:]
			}),
			cause: "The response could be read in two ways",
			side:  theCompany,
			place: "Sign Assertion & Response",
		},
		{
			name:     "no XML",
			protocol: "saml",
			provider: "okta",
			code:     "saml_malformed",
			edit:     message(func(string) string { return "hello" }),
			cause:    "What was sent is not a SAML 2.0 Response",
			side:     theCompany,
			place:    "Reports › System Log",
		},
		{
			name:     "to no connection",
			protocol: "saml",
			provider: "okta",
			code:     "sent_to_wrong_address",
			edit: func(j *journey, r *harness.Return) {
				r.URL = strings.Replace(j.otherACS, "/acs", "x/acs", 1)
			},
			cause: "sent to an address that is not this connection’s",
			side:  theCompany,
			place: "Single sign on URL",
		},
		{
			name:     "to another connection",
			protocol: "saml",
			provider: "google",
			code:     "sent_to_wrong_address",
			edit: func(j *journey, r *harness.Return) {
				r.URL = j.otherACS
			},
			cause: "sent to an address that is not this connection’s",
			side:  theCompany,
			place: "Service provider details › ACS URL",
		},
		{
			name:     "another browser",
			protocol: "saml",
			provider: "custom",
			stranger: true,
			code:     "login_state_expired",
			cause:    "is from a browser without our cookie",
			side:     thePerson,
			place:    "in this browser",
		},
	}
}

func oidcTrust() []trial {
	return []trial{
		{
			name:     "wrong audience",
			protocol: "oidc",
			provider: "okta",
			fault:    demoidp.WrongAudience,
			code:     "id_token_invalid",
			cause:    "for another application: expected gatehouse-",
			side:     theCompany,
			place:    "Client Credentials › Client ID",
		},
		{
			name:     "wrong issuer",
			protocol: "oidc",
			provider: "entra",
			fault:    demoidp.WrongIssuer,
			code:     "id_token_invalid",
			cause:    "from a different issuer: expected http",
			side:     us,
			place:    "OpenID Connect metadata document (the tenant’s own, not common)",
		},
		{
			name:     "mix-up",
			protocol: "oidc",
			provider: "ping",
			fault:    demoidp.MixUp,
			code:     "issuer_mismatch",
			cause:    "The response is from a different issuer",
			side:     us,
			place:    "Issuer ID",
		},
		{
			name:     "wrong nonce",
			protocol: "oidc",
			provider: "keycloak",
			fault:    demoidp.WrongNonce,
			code:     "id_token_invalid",
			cause:    "its nonce is not the one that was sent",
			side:     theCompany,
			place:    "your realm › Events",
		},
		{
			name:     "alg none",
			protocol: "oidc",
			provider: "keycloak",
			fault:    demoidp.Unsigned,
			code:     "id_token_invalid",
			cause:    "signed in a way that is not accepted",
			side:     theCompany,
			place:    "ID token signature algorithm",
		},
		{
			name:     "wrong key",
			protocol: "oidc",
			provider: "jumpcloud",
			fault:    demoidp.WrongKey,
			code:     "id_token_invalid",
			cause:    "not signed by a key that the identity provider publishes",
			side:     theCompany,
			place:    "Endpoint Configuration",
		},
		{
			name:     "unknown key",
			protocol: "oidc",
			provider: "adfs",
			fault:    demoidp.NoKey,
			code:     "id_token_invalid",
			cause:    "not signed by a key that the identity provider publishes",
			side:     theCompany,
			place:    "Service › Certificates › Token-signing",
		},
		{
			name:     "expired",
			protocol: "oidc",
			provider: "custom",
			fault:    demoidp.Expired,
			code:     "id_token_invalid",
			cause:    "The ID token was valid until",
			side:     theCompany,
			place:    "The clock of the machine that runs your identity provider",
		},
		{
			name:     "clock fast",
			protocol: "oidc",
			provider: "adfs",
			fault:    demoidp.ClockOff,
			code:     "id_token_invalid",
			cause:    "The ID token is dated",
			side:     theCompany,
			place:    "The clock of the machine that runs AD FS",
		},
	}
}

func oidcAround() []trial {
	return []trial{
		{
			name:     "no e-mail",
			protocol: "oidc",
			provider: "okta",
			fault:    demoidp.NoEmail,
			code:     "oidc_attribute_invalid",
			cause:    "No e-mail address was sent",
			side:     theCompany,
			place:    "Sign On › Token claims",
		},
		{
			name:     "no login",
			protocol: "oidc",
			provider: "entra",
			fault:    demoidp.NoLogin,
			code:     "oidc_attribute_invalid",
			cause:    "No login was sent",
			side:     theCompany,
			place:    "Token configuration › Add optional claim",
		},
		{
			name:     "denied",
			protocol: "oidc",
			provider: "onelogin",
			fault:    demoidp.Denied,
			code:     "idp_denied",
			cause:    "did not let the person in: access_denied",
			side:     theCompany,
			place:    "Access › Roles",
		},
		{
			name:     "down",
			protocol: "oidc",
			provider: "google",
			fault:    demoidp.Down,
			code:     "idp_unavailable",
			cause:    "The token endpoint gave no usable response",
			side:     theCompany,
			place:    "OAuth log events",
		},
		{
			name:     "secret refused",
			protocol: "oidc",
			provider: "keycloak",
			client:   func(c *demoidp.Client) { c.Secret = "another" },
			code:     "idp_denied",
			cause:    "refused our client secret",
			side:     theCompany,
			place:    "Credentials › Client Secret",
		},
		{
			name:     "userinfo of another",
			protocol: "oidc",
			provider: "ping",
			fault:    demoidp.OtherUserinfo,
			client:   func(c *demoidp.Client) { c.GroupsInUserinfo = true },
			code:     "id_token_invalid",
			cause:    "Userinfo is about a different person",
			side:     theCompany,
			place:    "Attribute Mappings › sub",
		},
		{
			name:     "userinfo down",
			protocol: "oidc",
			provider: "okta",
			client:   func(c *demoidp.Client) { c.GroupsInUserinfo = true },
			config:   harness.Object{"mapping": harness.Object{"email": []string{"mail"}}}, // which the ID token lacks
			front: func(f *harness.Front) {
				f.Answer(harness.Gone, "/oidc/userinfo")
			},
			code:  "idp_unavailable",
			cause: "The userinfo endpoint gave no usable response",
			side:  theCompany,
			place: "Sign On › Token claims",
		},
		{
			name:     "no discovery",
			protocol: "oidc",
			provider: "custom",
			front: func(f *harness.Front) {
				f.Answer(harness.Gone, "/.well-known/")
			},
			code:  "idp_unavailable",
			cause: "The discovery document cannot be read",
			side:  theCompany,
			place: "issuer, as its discovery document says it",
		},
	}
}

// ruled returns the trials that a rule of the connection refuses.
func ruled() []trial {
	return []trial{
		{
			name:     "not allowed",
			protocol: "saml",
			provider: "okta",
			config:   harness.Object{"allow_sign_in": `"nobody" in identity.groups`},
			code:     "sign_in_denied",
			cause:    "sign-in rule is not true",
			side:     theCompany,
			place:    "Assignments › Assign to Groups",
		},
		{
			name:     "first sign-in denied",
			protocol: "oidc",
			provider: "okta",
			config: harness.Object{"email_verification": harness.Object{
				"mode":       "expression",
				"expression": `"deny"`,
			}},
			code:  "first_sign_in_denied",
			cause: "policy for first sign-ins denies",
			side:  us,
			place: "Here: the connection",
		},
		{
			name:     "groups unknown",
			protocol: "saml",
			provider: "jumpcloud",
			fault:    demoidp.NoGroups,
			config: harness.Object{
				"group_sync": harness.Object{"on_absent": "deny"},
			},
			code:  "groups_unknown",
			cause: "The groups are unknown",
			side:  theCompany,
			place: "Attributes › Include Group Attribute",
		},
	}
}

func passing() []trial {
	return []trial{
		{name: "passes", protocol: "saml", provider: "okta"},
		{name: "passes", protocol: "oidc", provider: "keycloak"},
		{
			name:     "encrypted",
			protocol: "saml",
			provider: "custom",
			fault:    demoidp.Encrypted,
		},
		{
			name:     "another company’s e-mail",
			protocol: "saml",
			provider: "adfs",
			fault:    demoidp.OtherCompanyEmail,
		},
		{
			name:     "overage",
			protocol: "oidc",
			provider: "entra",
			fault:    demoidp.Overage,
			warns:    "groups_overage",
			cause:    "too many groups to be sent",
			side:     theCompany,
			place:    "Token configuration › Add groups claim",
		},
		{
			name:     "no groups",
			protocol: "saml",
			provider: "google",
			fault:    demoidp.NoGroups,
			warns:    "groups_absent",
			cause:    "No group attribute was sent",
			side:     theCompany,
			place:    "SAML attribute mapping › Group membership",
		},
		{
			name:     "no groups",
			protocol: "oidc",
			provider: "keycloak",
			fault:    demoidp.NoGroups,
			warns:    "groups_absent",
			cause:    "No group attribute was sent",
			side:     theCompany,
			place:    "Mappers › Group Membership",
		},
		{
			name:     "empty groups",
			protocol: "saml",
			provider: "entra",
			fault:    demoidp.EmptyGroups,
			warns:    "groups_empty",
			cause:    "was sent without a value",
			side:     theCompany,
			place:    "Add a group claim",
		},
		{
			name:     "groups by ID",
			protocol: "oidc",
			provider: "entra",
			fault:    demoidp.GroupIDs,
			warns:    "groups_object_ids",
			cause:    "sent as object IDs, such as ",
			side:     theCompany,
			place:    "Token configuration › Add groups claim",
		},
		{
			name:     "groups by ID",
			protocol: "saml",
			provider: "entra",
			fault:    demoidp.GroupIDs,
			warns:    "groups_object_ids",
			cause:    "sent as object IDs, such as ",
			side:     theCompany,
			place:    "Cloud-only group display names",
		},
		{
			name:     "cut off",
			protocol: "saml",
			provider: "okta",
			fault:    demoidp.Truncated,
			warns:    "groups_truncated",
			cause:    "The list of groups is cut off",
			side:     theCompany,
			place:    "Group attribute statements",
		},
	}
}
