package catalog

import (
	"slices"

	"gatehouse/sso"
)

// faultsOf returns the faults of a protocol, the specific ones before the
// general.
func faultsOf(p sso.Protocol) []fault {
	if p == sso.OIDC {
		return slices.Concat(
			transportFaults(), authorizationFaults(), idTokenFaults(), policyFaults(),
			identityFaults("oidc_attribute_invalid"),
		)
	}
	return slices.Concat(
		transportFaults(), samlSignatureFaults(), samlMessageFaults(), samlRuleFaults(),
		samlTimeFaults(), policyFaults(),
		samlSubjectFaults(), identityFaults("saml_attribute_invalid"),
	)
}

// identityFaults returns the faults of mapping claims to an identity.
func identityFaults(code string) []fault {
	return []fault{
		{
			code,
			"email",
			"none of them",
			"No e-mail address was sent: none of {want} is in the response.",
			Company,
			"Send one of {want}, or name in the attribute mapping here what is sent instead. " +
				"If some people have no mailbox, let people without an address in: the settings of the connection.",
			atAttributes,
		},
		{
			code,
			"login name subject",
			"none of them",
			"No {field} was sent: none of {want} is in the response.",
			Company,
			"Send one of {want}, or name in the attribute mapping here what is sent instead; the raw response has every name that was sent.",
			atAttributes,
		},
		{
			code, "email login name subject", "",
			"The {field} that was sent cannot be used: {got}.", Company,
			"Send a usable value in one of {want}, or name another claim in the attribute mapping here.", atAttributes,
		},
	}
}

// transportFaults returns the faults between the identity provider and us, for both
// protocols.
func transportFaults() []fault {
	return []fault{
		{
			"login_state_expired",
			"browser",
			"",
			"The response is from {got}; expected: {want}.",
			Person,
			"Run the test again, and finish it in the window that it opens. If it happens to everyone, check that the reverse proxy passes cookies on, and that the configured base URL is the one that browsers show.",
			atBrowser,
		},
		{
			"sent_to_wrong_address",
			"delivered_to",
			"HTTP-Artifact",
			"The identity provider sent an artifact, which is not resolved here: expected {want}, got {got}.",
			Company,
			"Let responses be sent by the HTTP-POST binding.",
			atACS,
		},
		{
			"sent_to_wrong_address",
			"delivered_to",
			"HTTP-Redirect",
			"The response came by the HTTP-Redirect binding: expected {want}, got {got}.",
			Company,
			"Let responses be sent by the HTTP-POST binding.",
			atACS,
		},
		{
			"sent_to_wrong_address",
			"",
			"",
			"The response was sent to an address that is not this connection’s: expected {want}, got {got}.",
			Company,
			"Set the address for responses (ACS URL, Reply URL or redirect URI) to {want}, letter by letter, and remove all others.",
			atACS,
		},
		{
			"login_state_expired",
			"state",
			"",
			"The response does not say which request it belongs to: its state is {got}.",
			Company,
			"Let sign-ins begin here, and the state of the request be copied into the response.",
			atACS,
		},
	}
}

// policyFaults returns the faults of a connection's own rules, for both protocols.
func policyFaults() []fault {
	return []fault{
		{
			"too_many_groups",
			"",
			"",
			"Microsoft Graph lists more than 10,000 groups, which is more than is read of one person.",
			Company,
			"Send only the groups assigned to the application.",
			atGroups,
		},
		{
			"groups_unknown",
			"",
			"",
			"The groups are unknown, and this connection refuses sign-ins without groups.",
			Company,
			"Send the group attribute, or change here what happens when there are none.",
			atGroups,
		},
		{
			"sign_in_denied",
			"",
			"",
			"The connection’s sign-in rule is not true for this person.",
			Company,
			"Give the person the group or attribute that the expression asks for, or change the expression here.",
			atAssignment,
		},
		{
			"authn_too_old", "", "",
			"The person signed in to the identity provider too long ago, or it did not state when.",
			Company,
			"Sign out there and in again. If that does not help, let the identity provider send the time " +
				"of authentication.",
			atAssignment,
		},
		{
			"authn_insufficient", "", "",
			"The person signed in by another way than the company’s rules require.",
			Company,
			"Require the second factor for this application, or accept what the identity provider sends " +
				"in the rules of sessions here.",
			atAssignment,
		},
		{
			"first_sign_in_denied", "", "", "The connection’s policy for first sign-ins denies this person.", Operator,
			"Change the policy for first sign-ins here, if this person is to come in.", atSettings,
		},
		{
			"user_inactive", "", "", "The person is deactivated here.", Operator,
			"Reactivate them: People, the person, Reactivate.", atPeople,
		},
		{
			"account_deleted", "", "", "The person was deleted here for good.", Operator,
			"Nothing. If the person is to come again, allow it under Deleted people.", atPeople,
		},
		{
			"login_in_use", "", "", "Another active person has this login.", Operator,
			"Decide whose it is: People, Login conflicts.", atLogins,
		},
		{
			"connection_incomplete connection_disabled no_configuration",
			"",
			"",
			"The connection has no configuration that could be tested.",
			Operator,
			"Finish the step Configure connection.",
			atConfigure,
		},
		{
			"test_over",
			"",
			"",
			"The test connection has ended: the browser did not return from the identity provider within ten minutes, or the response came twice.",
			Person,
			"Run the test again, and finish it in one tab.",
			atTests,
		},
		{
			"url_not_allowed",
			"",
			"",
			"An address of the identity provider is private, not https, or leads to one that is.",
			Operator,
			"Use an address on the public internet, or allow private addresses of identity providers in the settings.",
			atConfigure,
		},
	}
}

func samlSignatureFaults() []fault {
	const code = "saml_signature_invalid"
	return []fault{
		{
			code,
			"assertion_signature",
			"neither",
			"Nothing in the response is signed, neither the response itself nor the assertion; expected: {want}.",
			Company,
			"Sign the response, the assertion or both, with RSA-SHA256.",
			atSigning,
		},
		{
			code,
			"assertion_signature response_signature",
			"SHA1",
			"The response is signed with {got}; expected: {want}.",
			Company,
			"Choose SHA-256 as signature and digest algorithm.",
			atSigning,
		},
		{
			code,
			"assertion_signature response_signature",
			"digest SHA-1",
			"The response is signed with {got}; expected: {want}.",
			Company,
			"Choose SHA-256 as signature and digest algorithm.",
			atSigning,
		},
		{
			code,
			"assertion_signature response_signature",
			"algorithm",
			"The response is signed in a way that is not accepted: {got}.",
			Company,
			"Choose RSA-SHA256 as signature algorithm.",
			atSigning,
		},
		{
			code,
			"assertion_signature response_signature",
			"with certificate",
			"The response is not signed by a certificate that is trusted here: expected {want}; " +
				"it is signed with {got}.",
			Operator,
			"Fetch the metadata again, or add the new certificate, if the identity provider changed its signing certificate. If it did not, something changed the response on its way.",
			atCertificatesHere,
		},
		{
			code,
			"assertion_signature response_signature",
			"",
			"The signature does not fit: expected {want}; found {got}.",
			Operator,
			"Fetch the metadata again, or add the certificate that the identity provider signs with. Its metadata has to name that one.",
			atCertificatesHere,
		},
		{
			code,
			"message assertions",
			"",
			"The response could be read in two ways: {got}.",
			Company,
			"Let the identity provider send one response with one assertion, each signed at most once.",
			atSigning,
		},
	}
}

func samlMessageFaults() []fault {
	return []fault{
		{
			"saml_malformed", "status", "", "The response has no usable status: {got}.", Company,
			"Look in the identity provider’s log for what it sent.", atLog,
		},
		{
			"saml_malformed",
			"message",
			"a comment",
			"The response has a comment inside, which could cut a name short: {got}.",
			Company,
			"Look at what changes the message between the identity provider and Gatehouse; no identity provider sends comments.",
			atLog,
		},
		{
			"saml_malformed",
			"message",
			"CDATA",
			"The response has a CDATA section, which readers of signed XML treat differently: {got}.",
			Company,
			"Let the identity provider write the value as plain text, and look at what changes the message on its way.",
			atAttributes,
		},
		{
			"saml_malformed",
			"message",
			"encoding",
			"The response is not in UTF-8: {got}.",
			Company,
			"Let the identity provider send its messages in UTF-8.",
			atLog,
		},
		{
			"saml_malformed",
			"message",
			"not UTF-8",
			"The response has a character that is not in UTF-8: {got}.",
			Company,
			"Let the identity provider send its messages in UTF-8; " +
				"often it is a name from a directory in another encoding.",
			atAttributes,
		},
		{
			"saml_malformed", "message", "", "What was sent is not {want}: {got}.", Company,
			"Look at what is between the identity provider and Gatehouse: no identity provider sends this.", atLog,
		},
		{
			"saml_malformed",
			"conditions attributes authn_statement authn_instant",
			"",
			"The assertion is not complete ({want}): {got}.",
			Company,
			"Let the identity provider send an assertion for the Web Browser SSO profile, with an AuthnStatement.",
			atSigning,
		},
		{
			"saml_too_complex", "", "", "The response is larger or more complex than is accepted: {got}.", Company,
			"Send only the groups assigned to the application, and fewer attributes.", atGroups,
		},
		{
			"saml_decryption_failed",
			"decryption",
			"not signed",
			"The assertion is encrypted with AES-CBC, and the response around it is not signed: {got}; wanted: {want}.",
			Company,
			"Sign the response as well as the assertion, or encrypt with AES-GCM: without either, anyone on the way could learn what is encrypted.",
			atSigning,
		},
		{
			"saml_decryption_failed",
			"name_id_decryption",
			"",
			"The NameID is encrypted with a key we don’t have: {got}; expected {want}.",
			Company,
			"Upload this connection’s encryption certificate again, or switch encryption of NameIDs off.",
			atEncryption,
		},
		{
			"saml_decryption_failed",
			"",
			"",
			"The assertion is encrypted with a key we don’t have: {got}; expected {want}.",
			Company,
			"Upload this connection’s encryption certificate again, or switch encryption of assertions off.",
			atEncryption,
		},
		{
			"saml_replayed", "", "", "This response was accepted before.", Person,
			"Run the test again; do not reload the page on which the response is sent.", atPerson,
		},
		{
			"idp_denied",
			"status",
			"InvalidNameIDPolicy",
			"The identity provider cannot name the person in the form that was asked for: {got}.",
			Company,
			"Let it send a NameID of the format that this connection asks for, or ask for another one here.",
			atSubject,
		},
		{
			"idp_denied", "status", "Requester", "The identity provider did not accept our request: {got}.", Company,
			"Compare entity ID and ACS URL with those of this connection, letter by letter.", atAudience,
		},
		{
			"idp_denied", "status", "", "The identity provider did not let the person in: {got}.", Company,
			"Assign the person to the application; the identity provider’s log has the reason.", atAssignment,
		},
		{
			"idp_initiated_disabled",
			"",
			"",
			"The response is missing InResponseTo: it should answer {want}, and names {got}.",
			Company,
			"Let sign-ins begin here (SP-initiated): not at the app tile, and without a default relay state.",
			atACS,
		},
		{
			"login_state_expired",
			"in_response_to confirmation_in_response_to",
			"",
			"The response belongs to another request: expected {want}, got {got}.",
			Person,
			"Start again, and finish it in one tab.",
			atPerson,
		},
	}
}

func samlRuleFaults() []fault {
	const code = "saml_wrong_recipient"
	return []fault{
		{
			code, "audience", "", "The assertion is for another audience: expected {want}, got {got}.", Company,
			"Set the audience (the service provider’s entity ID) to {want}.", atAudience,
		},
		{
			code, "destination", "", "The response is addressed to another place: expected {want}, got {got}.", Company,
			"Set the ACS URL to {want}, and remove all others.", atACS,
		},
		{
			code, "recipient", "", "The assertion is for another recipient: expected {want}, got {got}.", Company,
			"Set the ACS URL (in some consoles the recipient has a field of its own) to {want}.", atACS,
		},
		{
			code, "subject_confirmation", "", "The assertion has no bearer confirmation for us: {got}.", Company,
			"Let the identity provider confirm the subject as bearer, as the Web Browser SSO profile says.", atACS,
		},
		{
			code,
			"issuer response_issuer",
			"",
			"The response is from a different issuer: expected {want}, got {got}.",
			Company,
			"Compare the identity provider’s entity ID with the one configured here, letter by letter; a slash at the end counts.",
			atIssuer,
		},
		{
			"saml_wrong_recipient",
			"",
			"",
			"The response was meant for another application: expected {want}, got {got}.",
			Company,
			"Compare entity ID and ACS URL with those of this connection, letter by letter.",
			atAudience,
		},
	}
}

func samlTimeFaults() []fault {
	const code = "saml_expired"
	return []fault{
		{
			code,
			"conditions_not_before confirmation_not_before",
			"",
			"The assertion is not valid yet: it begins at {got}, so the identity provider’s clock is {off}.",
			Company,
			"Set the identity provider’s clock, or allow a larger difference here (at most 300 seconds).",
			atClock,
		},
		{
			code,
			"response_issue_instant assertion_issue_instant",
			"",
			"The response was issued at {got}: the identity provider’s clock is {off}.",
			Company,
			"Set the identity provider’s clock, or allow a larger difference here (at most 300 seconds).",
			atClock,
		},
		{
			code,
			"confirmation_lifetime",
			"",
			"The assertion may be delivered for {got}; allowed: {want}.",
			Company,
			"Shorten the time for which the identity provider lets an assertion be delivered (NotOnOrAfter of SubjectConfirmationData); a few minutes are usual.",
			atSigning,
		},
		{
			code,
			"session_not_on_or_after",
			"",
			"The session at the identity provider ended at {got}; expected: {want}.",
			Company,
			"Let its sessions last longer, or sign in there anew.",
			atClock,
		},
		{
			code, "", "", "The assertion was valid until {got}, {ago}.", Company,
			"Run the test again without pausing; if it persists, set the identity provider’s clock.", atClock,
		},
	}
}

func samlSubjectFaults() []fault {
	const code = "saml_attribute_invalid"
	return []fault{
		{
			code,
			"name_id_format",
			"",
			"The NameID is transient, a different one at every sign-in; expected: {want}.",
			Company,
			"Send a NameID of the format persistent, emailAddress or unspecified, " +
				"or map the subject from an attribute here.",
			atSubject,
		},
		{
			code, "name_id", "", "The assertion has no usable NameID: expected {want}, got {got}.", Company,
			"Send a NameID, or map the subject from an attribute here.", atSubject,
		},
		{
			code, "subject", "(missing)", "The assertion does not name a person: expected {want}, got {got}.", Company,
			"Send a NameID for the person.", atSubject,
		},
	}
}
